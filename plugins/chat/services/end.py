"""Ending a conversation."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update

from core.api import KeyRing, TenantSession, close_stream, conversation_subject, record, tell

from ..models import BY_HELPER, BY_TIME_OUT, ENDED, Conversation
from ..schemas import ConversationEnded


def end_conversation(session: TenantSession, keys: KeyRing, conversation: Conversation, by: str, now: datetime) -> bool:
    """Ends a conversation; from the commit on nothing more can be written in it. False when it had ended already.

    The update is the lock: when both sides end at the same moment, one of them did. An end by the helper is put on
    record, and told to other plugins as such: a time-out is nobody's business but the seeker's.
    """
    ended = session.scalars(
        update(Conversation)
        .where(Conversation.id == conversation.id, Conversation.state != ENDED)
        .values(state=ENDED, ended_by=by, ended_at=now, danger=None)
        .returning(Conversation.id)
    ).first()
    session.refresh(conversation)
    if ended is None:
        return False
    close_stream(session, conversation.stream_id, now)
    ender = BY_HELPER if by == BY_TIME_OUT else by
    tell_ended(session, conversation.id, ender, now, was_taken=conversation.taken_at is not None)
    if ender == BY_HELPER and conversation.helper_id is not None:
        subject = conversation_subject(keys, conversation.tenant_id, conversation.id, now.date())
        record(session, conversation.helper_id, "chat.conversation_ended", subject, at=now)
    return True


def tell_ended(session: TenantSession, conversation_id: UUID, by: Any, at: datetime, *, was_taken: bool) -> None:
    """Tells other plugins that a conversation is over, with the commit of this transaction."""
    tell(session, ConversationEnded(conversation_id, at, by, was_taken))
