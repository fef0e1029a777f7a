"""Joining the queue."""

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from core.api import TenantSession, open_stream

from ..models import WAITING, Conversation
from .find import open_conversation_of


def join_queue(
    session: TenantSession, seeker_key: str, danger: bool, now: datetime, later: timedelta = timedelta()
) -> Conversation:
    """The browser session's open conversation; a new one at the end of the queue when it has none.

    Asking twice, as a page does after a lost answer, gives the same conversation and keeps its place. A new one is away
    until its page is heard on a socket: whoever closes it before that must not hold up a helper. `later`: its turn is
    that of somebody who came so much later; until then helpers do not see it.
    """
    known = open_conversation_of(session, seeker_key)
    if known is not None:
        return known
    try:
        with session.begin_nested():
            return _new(session, seeker_key, danger, now, later)
    except IntegrityError:  # another page of the same browser was first
        known = open_conversation_of(session, seeker_key)
        if known is None:
            raise
        return known


def _new(session: TenantSession, seeker_key: str, danger: bool, now: datetime, later: timedelta) -> Conversation:
    stream = open_stream(session, "chat")
    facts = {"stream_id": stream.id, "seeker_key": seeker_key, "danger": danger, "joined_at": now + later}
    conversation = Conversation(state=WAITING, absent_since=now, **facts)
    session.add(conversation)
    session.flush()
    return conversation
