"""How long conversations stay, how they are handed over, how they go."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, select, update

from core.api import PersonalData, Retention, TenantSession, close_stream, delete_stream, entries_after

from .models import AFTER_THE_END, BY_SILENCE, ENDED, Conversation
from .services.end import tell_ended

MOST_AT_ONCE = 500
"""Conversations that one round ends."""


def forget_ended(session: TenantSession, before: datetime) -> int:
    """Deletes conversations that ended before that moment, with all that was said in them."""
    return _delete(session, select(Conversation).where(Conversation.state == ENDED, Conversation.ended_at <= before))


def end_abandoned(session: TenantSession, before: datetime) -> int:
    """Ends conversations whose help seeker has been away since that moment; a later round deletes them.

    The update asks again whether they are away: whoever comes back at this very moment keeps their conversation. After
    a long outage the next rounds end the rest: one transaction may tell only so much.
    """
    away = (Conversation.state != ENDED, Conversation.absent_since <= before)
    some = select(Conversation.id).where(*away).limit(MOST_AT_ONCE)
    abandoned = session.execute(
        update(Conversation)
        .where(*away, Conversation.id.in_(some))
        .values(state=ENDED, ended_by=BY_SILENCE, ended_at=Conversation.absent_since, danger=None)
        .returning(Conversation.id, Conversation.stream_id, Conversation.ended_at, Conversation.taken_at)
        .execution_options(synchronize_session=False)
    ).all()
    for conversation_id, stream_id, since, taken_at in abandoned:
        close_stream(session, stream_id, since or before)
        tell_ended(session, conversation_id, BY_SILENCE, since or before, was_taken=taken_at is not None)
    return len(abandoned)


RULES = (
    Retention(
        "chat.ended",
        "A conversation and its messages, after its end.",
        AFTER_THE_END,
        forget_ended,
        models=(Conversation,),
        label_key="chat.kept.ended",
        label="Conversations, after their end",
    ),
    Retention(
        "chat.abandoned",
        "A conversation whose help seeker went away.",
        timedelta(minutes=30),
        end_abandoned,
        shortest=timedelta(minutes=30),
        label_key="chat.kept.abandoned",
        label="Conversations in which the help seeker stays away",
    ),
)


def export_conversations(session: TenantSession) -> Iterator[Mapping[str, Any]]:
    """Every conversation that is still there, with its entries as they are stored: opaque bytes."""
    for conversation in session.scalars(select(Conversation).order_by(Conversation.joined_at, Conversation.id)).all():
        yield {
            "conversation": conversation.id,
            "state": conversation.state,
            "danger": conversation.danger,
            "joined_at": conversation.joined_at,
            "helper": conversation.helper_alias,
            "taken_at": conversation.taken_at,
            "ended_at": conversation.ended_at,
            "ended_by": conversation.ended_by,
            "entries": list(_entries(session, conversation)),
        }


def _entries(session: TenantSession, conversation: Conversation) -> Iterator[Mapping[str, Any]]:
    after, more = 0, True
    while more:
        page = entries_after(session, conversation.stream_id, after)
        for entry in page.entries:
            after = entry.seq
            yield {"seq": entry.seq, "sender": entry.sender, "kind": entry.kind, "at": entry.at, "body": entry.body}
        more = page.more


def erase_conversations(session: TenantSession) -> int:
    """Deletes every conversation with all that was said in it, the open ones too; returns how many went."""
    return _delete(session, select(Conversation))


def export_helper(session: TenantSession, staff_id: UUID) -> Iterator[Mapping[str, Any]]:
    """What is still there of a helper: their name in it, since when, until when; of the other side nothing."""
    theirs = select(Conversation).where(Conversation.helper_id == staff_id).order_by(Conversation.taken_at)
    for conversation in session.scalars(theirs).all():
        yield {
            "helper": conversation.helper_alias,
            "state": conversation.state,
            "taken_at": conversation.taken_at,
            "ended_at": conversation.ended_at,
        }


def erase_helper(session: TenantSession, staff_id: UUID) -> int:
    """Deletes the conversations that a helper took, their words in them included; returns how many went."""
    return _delete(session, select(Conversation).where(Conversation.helper_id == staff_id))


def _delete(session: TenantSession, which: Select[Conversation]) -> int:
    conversations = session.scalars(which).all()
    for conversation in conversations:
        session.execute(delete(Conversation).where(Conversation.id == conversation.id))
        delete_stream(session, conversation.stream_id)
    return len(conversations)


PERSONAL_DATA = (
    PersonalData(
        "chat.conversations",
        "Conversations and their sealed messages, until ten minutes after the end.",
        (Conversation,),
        export_conversations,
        erase_conversations,
        export_helper,
        erase_helper,
    ),
)
