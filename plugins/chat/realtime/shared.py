"""What the chat keeps in the realtime process: which sockets are in which conversation. The database is the truth."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID

from core.api import Call, RealtimeContext, Refused

from ..models import AFTER_THE_END, Conversation
from ..schemas import HEAD, SEALED
from ..services.presence import mark_all_absent
from .presence import Presence
from .queue_news import QueueNews

AFTER_A_FAREWELL = timedelta(minutes=30) + AFTER_THE_END
"""Who is away for half an hour has ended the conversation: ten minutes later at the latest nobody asks any more."""
SEEKER = "seeker"
"""How a help seeker is named as the sender of an entry; a helper is named by the id of their account."""


@dataclass(frozen=True, slots=True)
class Membership:
    """One socket's part in one conversation."""

    conversation_id: UUID
    stream_id: UUID
    sender: str
    head: bytes
    """What everything sealed for this conversation begins with."""

    @property
    def side(self) -> str:
        """Which side this socket is: whose account it is, is nobody's business."""
        return SEEKER if self.sender == SEEKER else "helper"

    def check_head(self, body: bytes) -> None:
        """Raises Refused when something sealed says itself that it is of another conversation, or of the other side."""
        if not body.startswith(self.head) or body[HEAD - 1] != (self.sender != SEEKER):
            raise Refused("malformed")

    @property
    def room(self) -> str:
        """Where this conversation's news goes."""
        return conversation_room(self.conversation_id)


@dataclass(slots=True)
class ChatMemory:
    """Shared by all chat sockets of the process."""

    queue: QueueNews
    presence: Presence
    shifts: dict[UUID, UUID] = field(default_factory=dict)
    """For each conversation whose helper is here the shift of which its help seeker was told."""


def conversation_room(conversation_id: UUID) -> str:
    """The room of a conversation."""
    return f"chat.conversation.{conversation_id.hex}"


def memory_of(call: Call) -> ChatMemory:
    """The chat's memory in this process."""
    memory: ChatMemory = call.context.memory["chat"]
    return memory


def memberships(call: Call) -> dict[UUID, Membership]:
    """The conversations that this socket takes part in, by id."""
    known: dict[UUID, Membership] = call.connection.memory.setdefault("chat", {})
    return known


def membership(call: Call, conversation_id: UUID) -> Membership:
    """This socket's part in a conversation. Raises Refused: a stranger's conversation is as one that never was."""
    try:
        return memberships(call)[conversation_id]
    except KeyError:
        raise Refused("not_found") from None


def part_in(conversation: Conversation, sender: str) -> Membership:
    """What somebody's part in a conversation is, or would be."""
    return Membership(conversation.id, conversation.stream_id, sender, bytes([SEALED]) + conversation.id.bytes)


async def take_part(call: Call, conversation: Conversation, sender: str) -> Membership:
    """From now on this socket hears the conversation and may speak in it.

    One that closed while its event was handled takes no part: its farewell is over, and nobody would take it out again.
    """
    member = part_in(conversation, sender)
    if call.gone:
        return member
    memberships(call)[conversation.id] = member
    presence, helper_came = memory_of(call).presence, False
    if sender == SEEKER:
        presence.seeker_comes(conversation.id, call.sid)
    else:
        helper_came = presence.helper_comes(conversation.id, call.sid)
    await call.enter(member.room)
    if sender == SEEKER:
        await _hold_tag(call, member)
    if helper_came:
        await _tell_helper(call, member, present=True)
    return member


async def _hold_tag(call: Call, member: Membership) -> None:
    await call.hold_tag(member.conversation_id)
    if call.gone:  # its farewell came first, and nobody else would let go of it
        await call.release_tag(member.conversation_id, AFTER_A_FAREWELL)


async def settle_presence(call: Call, member: Membership) -> None:
    """Tells both sides whether the seeker's page is there, when that is news."""
    present = await memory_of(call).presence.settle(call.tenant.id, member.conversation_id)
    if present is None:
        return
    news = {"conversation": str(member.conversation_id), "who": "seeker", "present": present}
    await call.emit(member.room, "chat.presence", news)
    memory_of(call).queue.changed(call.tenant.id)


async def started(context: RealtimeContext) -> None:
    """Begins with an empty memory. Pages that were open before a restart come back by themselves, and count again."""
    context.memory["chat"] = ChatMemory(QueueNews(context), Presence(context))
    if context.installation.configuration.redis is None:
        for tenant in context.installation.directory.all():
            await context.database(tenant.id, partial(mark_all_absent, now=context.installation.clock()))


async def disconnected(call: Call) -> None:
    """A socket is gone. With a seeker's last page the place in the queue is kept, marked as away."""
    presence = memory_of(call).presence
    for member in list(memberships(call).values()):
        if member.sender == SEEKER:
            if presence.seeker_goes(member.conversation_id, call.sid):
                await call.release_tag(member.conversation_id, AFTER_A_FAREWELL)
            await settle_presence(call, member)
        elif presence.helper_goes(member.conversation_id, call.sid):
            memory_of(call).shifts.pop(member.conversation_id, None)
            await _tell_helper(call, member, present=False)


async def _tell_helper(call: Call, member: Membership, present: bool) -> None:
    news = {"conversation": str(member.conversation_id), "who": "helper", "present": present}
    await call.emit(member.room, "chat.presence", news)
