"""Whether a help seeker's page is there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from core.api import TenantSession

from ..models import ENDED, Conversation


def mark_present(session: TenantSession, conversation_id: UUID) -> bool:
    """The page is there (again). False when it was there already, or the conversation is over."""
    return _mark(session, conversation_id, None, Conversation.absent_since.is_not(None))


def mark_absent(session: TenantSession, conversation_id: UUID, now: datetime) -> bool:
    """The page is away since now; the place in the queue is kept. False when it was away already, or all is over."""
    return _mark(session, conversation_id, now, Conversation.absent_since.is_(None))


def mark_all_absent(session: TenantSession, now: datetime) -> None:
    """After a restart nobody is there until their page comes back, which it does by itself."""
    session.execute(
        update(Conversation)
        .where(Conversation.state != ENDED, Conversation.absent_since.is_(None))
        .values(absent_since=now)
    )


def _mark(
    session: TenantSession, conversation_id: UUID, since: datetime | None, otherwise: ColumnElement[bool]
) -> bool:
    changing = (Conversation.id == conversation_id, Conversation.state != ENDED, otherwise)
    if session.scalars(select(Conversation.id).where(*changing)).first() is None:
        return False  # only looked at: a page that comes back in time writes nothing
    session.execute(update(Conversation).where(*changing).values(absent_since=since))
    return True
