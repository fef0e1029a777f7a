"""A helper gives a time-out: the conversation ends, its browser session is refused for a while."""

import asyncio
from datetime import timedelta
from typing import Any

from core.api import Break, Call, Refused, TenantSession, setting

from ..models import AFTER_THE_END, BY_TIME_OUT, Conversation
from ..schemas import GiveTimeOut
from ..services.halves import drop_half
from ..services.time_out import NotGiven, time_out_seeker
from .shared import membership, memory_of


async def give(call: Call, payload: GiveTimeOut) -> dict[str, Any]:
    """Gives it, tells the seeker's page, and closes its line. Asked again, nothing more happens."""
    lengths = setting(call, "chat", "time_out_minutes")
    minutes = min(lengths) if payload.minutes is None else payload.minutes
    if minutes not in lengths:
        raise Refused("not_offered")
    member = membership(call, payload.conversation)
    now, keys, helper = call.now, call.context.installation.keys, call.staff
    given = Break.of(payload.reason, timedelta(minutes=minutes), now)

    def work(session: TenantSession) -> tuple[Conversation, bool]:
        return time_out_seeker(session, keys, payload.conversation, helper, given, now)

    try:
        conversation, is_new = await call.database(work)
    except NotGiven:
        raise Refused("not_found") from None
    if is_new:
        await call.mark_tag(conversation.id, given.ends_at)
        await call.release_tag(conversation.id, AFTER_THE_END)
    await asyncio.to_thread(drop_half, call.context.installation.passing, call.tenant.id, conversation.id)
    news = {"conversation": str(conversation.id), "state": "ended", "by": BY_TIME_OUT}
    await call.emit(member.room, "chat.state", news)
    await call.context.close_sockets_of(call.tenant.id, conversation.seeker_key)
    memory_of(call).queue.changed(call.tenant.id)
    return {"state": "ended"}
