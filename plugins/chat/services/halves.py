"""The server's half of what a help seeker's tab keeps: in memory alone, and gone soon.

A tab keeps the keys of its conversation wrapped under 32 random bytes, and the server keeps those: alone neither opens
anything. They are handed in anew at each connect and every few minutes, and go at the end or when they are not.
"""

from uuid import UUID

from core.api import Passing

LIFE = 600
"""Seconds of silence after which the half is gone."""


def keep_half(passing: Passing, tenant_id: UUID, conversation_id: UUID, half: str) -> None:
    """Keeps it from now on."""
    passing.put(tenant_id, _name(conversation_id), half.encode(), LIFE)


def half_of(passing: Passing, tenant_id: UUID, conversation_id: UUID) -> str | None:
    """The half that is kept; None when there is none (any more)."""
    kept = passing.get(tenant_id, _name(conversation_id))
    return kept.decode() if kept else None


def drop_half(passing: Passing, tenant_id: UUID, conversation_id: UUID) -> None:
    """Forgets it now: the conversation is over."""
    passing.drop(tenant_id, _name(conversation_id))


def _name(conversation_id: UUID) -> str:
    return f"chat.half.{conversation_id.hex}"
