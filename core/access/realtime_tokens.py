"""Tokens with which a page opens a socket: signed, for one organisation, good for a minute and for one use."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.access.once import OnceStore, make_once_store
from core.clock import Clock
from core.crypto import KeyRing, new_token, read, sign
from core.hookspecs.values import Subject

__all__ = ["OnceStore", "RealtimeIdentity", "TokenReader", "issue", "make_once_store"]

LIFETIME = timedelta(seconds=60)
_KEY = "realtime-tokens"
_PURPOSE = "realtime"


@dataclass(frozen=True, slots=True)
class RealtimeIdentity:
    """Whose socket it is: a seeker's browser session (`key`), or a member of staff (`key` is their id).

    `session_id` is the staff session; None for a seeker.
    """

    tenant_id: UUID
    subject: Subject
    key: str
    session_id: UUID | None


def issue(
    keys: KeyRing, clock: Clock, tenant_id: UUID, subject: Subject, key: str, session_id: str | UUID | None
) -> str:
    """A new token for one socket."""
    claims = {
        "tenant": str(tenant_id),
        "subject": subject,
        "key": key,
        "session": None if session_id is None else str(session_id),
        "once": new_token(),
    }
    return sign(keys.secret(_KEY), _PURPOSE, claims, clock() + LIFETIME)


@dataclass(frozen=True, slots=True)
class TokenReader:
    """Reads tokens on the realtime side. `once` remembers which were used; it may wait for a network."""

    keys: KeyRing
    clock: Clock
    once: OnceStore

    def read(self, token: str) -> RealtimeIdentity | None:
        """Whose token this is, the first time it is shown within its minute; None for anything else."""
        claims = read(self.keys.secret(_KEY), _PURPOSE, token, self.clock())
        if claims is None or not self.once.first_use(claims["once"], LIFETIME):
            return None
        return _identity(claims)


def _identity(claims: dict[str, Any]) -> RealtimeIdentity:
    session = claims["session"]
    return RealtimeIdentity(
        UUID(claims["tenant"]), claims["subject"], claims["key"], None if session is None else UUID(session)
    )
