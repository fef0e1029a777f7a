"""What a helper's page asks: who waits, and may I take this conversation."""

from datetime import datetime
from typing import Any
from uuid import UUID

from core.api import Call, Refused, ShiftCertificateForm, TenantSession, shift_of

from ..models import Conversation
from ..schemas import InConversation, Nothing
from ..services.find import conversations_of_helper, waiting
from ..services.take import NotTaken, take_conversation
from .queue_news import HELPERS, helpers_view
from .shared import Membership, memory_of, take_part


async def watch(call: Call, payload: Nothing) -> dict[str, Any]:
    """Asked after each connect: the queue as it is, and this helper's own conversations. News follows by itself."""
    now, helper_id = call.now, call.staff.id

    def work(session: TenantSession) -> tuple[dict[str, Any], list[Conversation], ShiftCertificateForm | None]:
        mine = list(conversations_of_helper(session, helper_id))
        return helpers_view(waiting(session), now), mine, shift_of(session, helper_id, now)

    await call.enter(_own_room(helper_id))
    await call.enter(HELPERS)  # before looking: what changes from here on comes as news, so nothing falls in between
    queue, mine, shift = await call.database(work, writes=False)
    for conversation in mine:
        member = await take_part(call, conversation, str(helper_id))
        if shift is not None and memory_of(call).shifts.get(conversation.id) != shift.id:
            await _tell_shift(call, conversation, member, shift)
    return {"queue": queue, "mine": [_own(conversation, now) for conversation in mine]}


async def take(call: Call, payload: InConversation) -> dict[str, Any]:
    """Takes a waiting conversation. Exactly one helper gets it; the others read `taken`."""
    now, staff, keys = call.now, call.staff, call.context.installation.keys

    def work(session: TenantSession) -> tuple[Conversation, ShiftCertificateForm]:
        shift = shift_of(session, staff.id, now)
        if shift is None:
            raise NotTaken("no_shift")
        return take_conversation(session, keys, payload.conversation, staff, now), shift

    try:
        conversation, shift = await call.database(work)
    except NotTaken as refusal:
        raise Refused(refusal.code) from None
    member = await take_part(call, conversation, str(staff.id))
    await _tell_shift(call, conversation, member, shift)
    await call.emit_to_others(_own_room(staff.id), "chat.mine_changed", {})
    memory_of(call).queue.changed(call.tenant.id)
    return _own(conversation, now)


async def _tell_shift(call: Call, conversation: Conversation, member: Membership, shift: ShiftCertificateForm) -> None:
    """Tells the help seeker's page who helps, and under which keys: it checks that by itself."""
    memory_of(call).shifts[conversation.id] = shift.id
    news = {"conversation": str(conversation.id), "state": "talking", "helper": conversation.helper_alias}
    await call.emit(member.room, "chat.state", {**news, "shift": shift.certificate})


def _own_room(helper_id: UUID) -> str:
    """The room of all pages that one helper has open."""
    return f"chat.helper.{helper_id.hex}"


def _own(conversation: Conversation, now: datetime) -> dict[str, Any]:
    since = conversation.taken_at or now
    return {
        "conversation": str(conversation.id),
        "present": conversation.absent_since is None,
        "lasted": int((now - since).total_seconds()),
    }
