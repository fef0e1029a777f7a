"""Giving a time-out to the help seeker of a conversation, kindly and without knowing who they are."""

from datetime import datetime
from uuid import UUID

from core.api import Break, KeyRing, StaffIdentity, TenantSession, conversation_subject, give_time_out, record

from ..models import BY_TIME_OUT, ENDED, WAITING, Conversation
from .end import end_conversation


class NotGiven(Exception):
    """The conversation is not this helper's, or there is none."""


def time_out_seeker(
    session: TenantSession, keys: KeyRing, conversation_id: UUID, helper: StaffIdentity, given: Break, now: datetime
) -> tuple[Conversation, bool]:
    """Ends the conversation, refuses the seeker's browser session for a while, and puts that on record.

    One that ended a moment ago will do as well: who swears and runs gets a time-out too. Gives the conversation, and
    whether this is new; a page asks again after a lost answer. Raises NotGiven.
    """
    conversation = session.find(Conversation, conversation_id)
    if conversation is None or conversation.helper_id != helper.id or conversation.state == WAITING:
        raise NotGiven
    if conversation.ended_by == BY_TIME_OUT:
        return conversation, False
    if conversation.state != ENDED:
        end_conversation(session, keys, conversation, BY_TIME_OUT, now)
    conversation.ended_by = BY_TIME_OUT
    give_time_out(session, keys, conversation.seeker_key, given)
    subject = conversation_subject(keys, conversation.tenant_id, conversation.id, now.date())
    record(session, helper.id, "chat.time_out_given", subject, at=now)
    return conversation, True
