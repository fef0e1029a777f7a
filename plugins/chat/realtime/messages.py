"""What both sides do in a conversation: speak, read on, show that they type, end."""

import asyncio
import base64
from datetime import datetime
from typing import Any
from uuid import UUID

from core.api import Call, Refused, StreamEntry, TenantSession, entries_after

from ..models import AFTER_THE_END, BY_HELPER, BY_SEEKER, Conversation
from ..schemas import Confirm, Grant, InConversation, Resume, Sealed, Send, Typing
from ..services.end import end_conversation
from ..services.halves import drop_half
from .shared import SEEKER, Membership, membership, memory_of

Json = dict[str, Any]


async def send(call: Call, payload: Send) -> Json:
    """Writes a message; answers with its place once it is committed, and tells the others."""
    return await _write(call, membership(call, payload.conversation), "message", payload.entry)


async def grant(call: Call, payload: Grant) -> Json:
    """Writes the key of an epoch, sealed to who may read it: among the messages, so that none overtakes its key."""
    return await _write(call, membership(call, payload.conversation), "grant", payload.entry)


async def _write(call: Call, member: Membership, kind: str, entry: Sealed) -> Json:
    """The entry is queued before the first await, so that what one socket sends keeps its order."""
    member.check_head(entry.body)
    receipt = await call.write(member.stream_id, member.sender, entry.client_id, kind, entry.version, entry.body)
    # A repeat is told too: the process that wrote it may have died before it told anybody, and pages drop doubles.
    news = entry_json(member.conversation_id, receipt.seq, receipt.at, member.sender, kind, entry)
    await call.emit_to_others(member.room, "chat.entry", news)
    return {"seq": receipt.seq, "at": receipt.at.isoformat()}


async def confirm(call: Call, payload: Confirm) -> Json:
    """Hands on the proof that messages arrived. It is never stored: who comes back proves it anew."""
    member = membership(call, payload.conversation)
    news = {"conversation": str(payload.conversation), "sender": member.side, "receipt": payload.receipt}
    await call.emit_to_others(member.room, "chat.confirmed", {**news, "read": payload.read})
    return {}


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
    news = {"conversation": str(payload.conversation), "sender": member.side, "on": payload.on}
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

    ended = await call.database(work)
    await asyncio.to_thread(drop_half, call.context.installation.passing, call.tenant.id, payload.conversation)
    if ended:
        await call.release_tag(payload.conversation, AFTER_THE_END)
        news = {"conversation": str(payload.conversation), "state": "ended", "by": by}
        await call.emit(member.room, "chat.state", news)
        memory_of(call).queue.changed(call.tenant.id)
    return {"state": "ended"}
