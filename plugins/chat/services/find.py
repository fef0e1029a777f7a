"""Finding conversations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from core.api import TenantSession

from ..models import ENDED, TALKING, WAITING, Conversation


def open_conversation_of(session: TenantSession, seeker_key: str) -> Conversation | None:
    """The conversation of a browser session that has not ended."""
    query = select(Conversation).where(Conversation.seeker_key == seeker_key, Conversation.state != ENDED)
    return session.scalars(query).one_or_none()


def last_conversation_of(session: TenantSession, seeker_key: str) -> Conversation | None:
    """The conversation of a browser session that it began last, ended or not; what was forgotten never was."""
    query = (
        select(Conversation)
        .where(Conversation.seeker_key == seeker_key)
        .order_by(Conversation.state == ENDED, Conversation.joined_at.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def conversations_of_helper(session: TenantSession, helper_id: UUID) -> Sequence[Conversation]:
    """The conversations that a helper has now, the oldest first."""
    query = (
        select(Conversation)
        .where(Conversation.helper_id == helper_id, Conversation.state == TALKING)
        .order_by(Conversation.taken_at)
    )
    return session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class Waiter:
    """As much of a waiting conversation as the queue shows."""

    id: UUID
    joined_at: datetime
    danger: bool | None
    absent_since: datetime | None


def waiting(session: TenantSession) -> Sequence[Waiter]:
    """Everybody who waits, the first to come first. Only what is shown is read: a queue may be long."""
    columns = (Conversation.id, Conversation.joined_at, Conversation.danger, Conversation.absent_since)
    query = select(*columns).where(Conversation.state == WAITING).order_by(Conversation.joined_at, Conversation.id)
    return [Waiter(*row) for row in session.execute(query)]


def ahead_of(session: TenantSession, conversation: Conversation) -> int:
    """How many of those whose page is there are before somebody who waits; 0 for who waits no more."""
    if conversation.state != WAITING:
        return 0
    earlier = or_(
        Conversation.joined_at < conversation.joined_at,
        and_(Conversation.joined_at == conversation.joined_at, Conversation.id < conversation.id),
    )
    there = (Conversation.state == WAITING, Conversation.absent_since.is_(None))
    return session.scalar(select(func.count()).where(*there, earlier)) or 0


def count_waiting(session: TenantSession) -> int:
    """How many people wait whose page is there."""
    query = select(func.count()).where(Conversation.state == WAITING, Conversation.absent_since.is_(None))
    return session.scalar(query) or 0
