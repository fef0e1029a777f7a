"""What a help seeker's page asks: am I known, and here is my intake."""

import asyncio
from typing import Any

from core.api import Call, Clock, Refused, TenantSession, shift_of

from ..models import ENDED, TALKING, Conversation
from ..schemas import Join, Keep, Nothing
from ..services.find import ahead_of, last_conversation_of, open_conversation_of
from ..services.halves import LIFE, half_of, keep_half
from .messages import entry_json
from .shared import SEEKER, memberships, memory_of, part_in, settle_presence, take_part

State = dict[str, Any]


async def hello(call: Call, payload: Nothing) -> State:
    """Asked after each connect: where this browser session stands. `state` is `none` without a conversation.

    Of one that ended a moment ago it tells how, for a page that was away just then.
    """
    key = call.seeker_key
    conversation = await call.database(lambda session: last_conversation_of(session, key), writes=False)
    if conversation is None:
        return {"state": "none"}
    if conversation.state == ENDED:
        return {"state": ENDED, "conversation": str(conversation.id), "by": conversation.ended_by}
    state = await _settle_in(call, conversation)
    passing = call.context.installation.passing
    return {**state, "half": await asyncio.to_thread(half_of, passing, call.tenant.id, conversation.id)}


async def keep(call: Call, payload: Keep) -> State:
    """Keeps the server's half of what the tab keeps, in memory, for ten minutes from now on."""
    passing = call.context.installation.passing
    for member in memberships(call).values():
        await asyncio.to_thread(keep_half, passing, call.tenant.id, member.conversation_id, payload.half)
        asyncio.get_running_loop().call_later(LIFE + 1, passing.sweep)
    return {}


async def join(call: Call, payload: Join) -> State:
    """Takes the place that the page was given (`views/wait.py`), with the sealed intake as the stream's first entry.

    Asked again it gives the same place. A socket alone lets nobody wait: other plugins are asked on the pages' side.
    """
    key, intake = call.seeker_key, payload.intake
    conversation = await call.database(lambda session: open_conversation_of(session, key), writes=False)
    if conversation is None:
        raise Refused("not_waiting")
    part_in(conversation, SEEKER).check_head(intake.body)
    state = await _settle_in(call, conversation)
    receipt = await call.write(conversation.stream_id, SEEKER, intake.client_id, "intake", intake.version, intake.body)
    if not receipt.repeated:  # a helper may have been quicker than the intake
        news = entry_json(conversation.id, receipt.seq, receipt.at, SEEKER, "intake", intake)
        await call.emit_to_others(f"chat.conversation.{conversation.id.hex}", "chat.entry", news)
    memory_of(call).queue.changed(call.tenant.id)
    return state


async def _settle_in(call: Call, conversation: Conversation) -> State:
    """Lets the page hear its conversation, and tells where it stands.

    The state is read after the page can hear: what changes from then on reaches it as news, and nothing falls in
    between. Where several processes serve sockets, this one cannot tell whether the helper is there.
    """
    member = await take_part(call, conversation, SEEKER)
    await settle_presence(call, member)
    clock = call.context.installation.clock
    state = await call.database(lambda session: _state(session, conversation, clock), writes=False)
    if state["state"] == TALKING and call.context.installation.configuration.redis is None:
        state["helper_present"] = memory_of(call).presence.helper_is_here(conversation.id)
    return state


def _state(session: TenantSession, known: Conversation, clock: Clock) -> State:
    conversation = session.find(Conversation, known.id)
    if conversation is None:
        return {"state": ENDED, "conversation": str(known.id), "by": None}
    shift = shift_of(session, conversation.helper_id, clock()) if conversation.helper_id else None
    return {
        "state": conversation.state,
        "conversation": str(conversation.id),
        "helper": conversation.helper_alias,
        "by": conversation.ended_by,
        "ahead": ahead_of(session, conversation),
        "shift": shift.certificate if shift else None,
    }
