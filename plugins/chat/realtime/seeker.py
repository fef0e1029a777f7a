"""What a help seeker's page asks: am I known, and here is my intake."""

from typing import Any

from core.api import Call, Refused, TenantSession

from ..models import ENDED, TALKING, Conversation
from ..schemas import Join, Nothing
from ..services.find import ahead_of, last_conversation_of, open_conversation_of
from .messages import entry_json
from .shared import SEEKER, memory_of, settle_presence, take_part

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
    return await _settle_in(call, conversation)


async def join(call: Call, payload: Join) -> State:
    """Takes the place that the page was given (`views/wait.py`), with the sealed intake as the stream's first entry.

    Asked again it gives the same place. A socket alone lets nobody wait: other plugins are asked on the pages' side.
    """
    key, intake = call.seeker_key, payload.intake
    conversation = await call.database(lambda session: open_conversation_of(session, key), writes=False)
    if conversation is None:
        raise Refused("not_waiting")
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
    state = await call.database(lambda session: _state(session, conversation), writes=False)
    if state["state"] == TALKING and call.context.installation.configuration.redis is None:
        state["helper_present"] = memory_of(call).presence.helper_is_here(conversation.id)
    return state


def _state(session: TenantSession, known: Conversation) -> State:
    conversation = session.find(Conversation, known.id)
    if conversation is None:
        return {"state": ENDED, "conversation": str(known.id), "by": None}
    return {
        "state": conversation.state,
        "conversation": str(conversation.id),
        "helper": conversation.helper_alias,
        "by": conversation.ended_by,
        "ahead": ahead_of(session, conversation),
    }
