"""What both sides do in a conversation: speak, read on, show that they type, end."""

import base64
from datetime import datetime
from typing import Any
from uuid import UUID

from core.api import Call, Refused, StreamEntry, TenantSession, entries_after

from ..models import AFTER_THE_END, BY_HELPER, BY_SEEKER, Conversation
from ..schemas import InConversation, Resume, Sealed, Send, Typing
from ..services.end import end_conversation
from .shared import SEEKER, membership, memory_of

Json = dict[str, Any]


async def send(call: Call, payload: Send) -> Json:
    """Writes a message; answers with its place once it is committed, and tells the others.

    The entry is queued before the first await, so that messages of one socket keep their order.
    """
    member = membership(call, payload.conversation)
    entry = payload.entry
    receipt = await call.write(member.stream_id, member.sender, entry.client_id, "message", entry.version, entry.body)
    # A repeat is told too: the process that wrote it may have died before it told anybody, and pages drop doubles.
    news = entry_json(payload.conversation, receipt.seq, receipt.at, member.sender, "message", entry)
    await call.emit_to_others(member.room, "chat.entry", news)
    return {"seq": receipt.seq, "at": receipt.at.isoformat()}


async def resume(call: Call, payload: Resume) -> Json:
    """The entries after the last one that this page has, a page at a time."""
    member = membership(call, payload.conversation)
    page = await call.database(lambda session: entries_after(session, member.stream_id, payload.after), writes=False)
    return {"entries": [_stored(payload, entry) for entry in page.entries], "more": page.more}


def _stored(payload: InConversation, entry: StreamEntry) -> Json:
    sealed = Sealed.model_construct(client_id=entry.client_id, version=entry.version, body=entry.body)
    return entry_json(payload.conversation, entry.seq, entry.at, entry.sender, entry.kind, sealed)


def entry_json(conversation: UUID, seq: int, at: datetime, sender: str, kind: str, sealed: Sealed) -> Json:
    """An entry as pages get it. Which account a helper has is nobody's business: the sender is a side."""
    return {
        "conversation": str(conversation),
        "seq": seq,
        "sender": SEEKER if sender == SEEKER else "helper",
        "client_id": str(sealed.client_id),
        "kind": kind,
        "version": sealed.version,
        "body": base64.urlsafe_b64encode(sealed.body).rstrip(b"=").decode(),
        "at": at.isoformat(),
    }


async def typing(call: Call, payload: Typing) -> Json:
    """Shows the other side that somebody types. It is never stored."""
    member = membership(call, payload.conversation)
    side = SEEKER if member.sender == SEEKER else "helper"
    news = {"conversation": str(payload.conversation), "sender": side, "on": payload.on}
    await call.emit_to_others(member.room, "chat.typing", news)
    return {}


async def end(call: Call, payload: InConversation) -> Json:
    """Ends the conversation; who waits leaves the queue. Asked again it answers the same."""
    member = membership(call, payload.conversation)
    by = BY_SEEKER if member.sender == SEEKER else BY_HELPER
    now, keys = call.now, call.context.installation.keys

    def work(session: TenantSession) -> bool:
        conversation = session.find(Conversation, payload.conversation)
        if conversation is None:
            raise Refused("not_found")
        return end_conversation(session, keys, conversation, by, now)

    if await call.database(work):
        await call.release_tag(payload.conversation, AFTER_THE_END)
        news = {"conversation": str(payload.conversation), "state": "ended", "by": by}
        await call.emit(member.room, "chat.state", news)
        memory_of(call).queue.changed(call.tenant.id)
    return {"state": "ended"}
