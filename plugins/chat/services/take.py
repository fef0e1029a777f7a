"""Taking a conversation: exactly one helper gets it, however many ask at the same moment."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from core.api import KeyRing, StaffIdentity, TenantSession, conversation_subject, record

from ..models import ENDED, TALKING, WAITING, Conversation


class NotTaken(Exception):
    """The conversation is not this helper's.

    `code`: `not_found` (there never was one, or it is over), `taken` (somebody was first), `away`, or `no_shift` (the
    helper has not begun: nobody could seal anything to them).
    """

    def __init__(self, code: str) -> None:
        """`code` tells the helper why."""
        super().__init__(code)
        self.code = code


def take_conversation(
    session: TenantSession, keys: KeyRing, conversation_id: UUID, helper: StaffIdentity, now: datetime
) -> Conversation:
    """Gives a waiting conversation to a helper and puts that on record.

    The update is the lock: of all helpers who ask at once it changes the row for one. What the queue had in clear is
    emptied. Raises NotTaken; a helper who asks again for the conversation that is theirs gets it again.
    """
    taken = session.scalars(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.state == WAITING, Conversation.absent_since.is_(None))
        .where(Conversation.joined_at <= now)  # whose turn comes later is not to be had yet
        .values(state=TALKING, helper_id=helper.id, helper_alias=helper.alias, taken_at=now, danger=None)
        .returning(Conversation.id)
    ).first()
    conversation = session.scalars(select(Conversation).where(Conversation.id == conversation_id)).one_or_none()
    if conversation is None:
        raise NotTaken("not_found")
    if taken is None:
        return _known_or_refused(conversation, helper)
    record(session, helper.id, "chat.conversation_taken", _subject(keys, conversation, now), at=now)
    return conversation


def _known_or_refused(conversation: Conversation, helper: StaffIdentity) -> Conversation:
    if conversation.state == WAITING:
        raise NotTaken("away")
    if conversation.state == ENDED:
        raise NotTaken("not_found")
    if conversation.helper_id != helper.id:
        raise NotTaken("taken")
    return conversation


def _subject(keys: KeyRing, conversation: Conversation, now: datetime) -> str:
    return conversation_subject(keys, conversation.tenant_id, conversation.id, now.date())
