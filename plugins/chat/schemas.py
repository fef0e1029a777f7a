"""What realtime events and told events carry. Bodies are opaque: base64url of bytes that only browsers understand."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from core.api import TimeOutReason

SHORTEST_TIME_OUT, LONGEST_TIME_OUT = 5, 7 * 24 * 60
"""Minutes."""
LONGEST_BODY = 24_000
"""Characters of base64url: a message padded to 16 KiB, sealed, with room for its frame."""


def _bytes(text: object) -> object:
    """Decodes base64url without padding. Length is checked on the text: a giant is refused before it is decoded."""
    if not isinstance(text, str) or len(text) > LONGEST_BODY:
        return text
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("not base64url") from None


Body = Annotated[bytes, BeforeValidator(_bytes), Field(min_length=1, max_length=LONGEST_BODY * 3 // 4)]


@dataclass(frozen=True, slots=True)
class ConversationEnded:
    """Told to other plugins when a conversation is over: which one, when, by whom. Nothing of what it held."""

    conversation: UUID
    ended_at: datetime
    by: Literal["seeker", "helper", "silence"]
    was_taken: bool
    """Whether a helper had taken it; False: who waited left the queue."""


class _Event(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(_Event):
    """An event that carries nothing."""


class Sealed(_Event):
    """An opaque body, how it is made, and the sender's own id of it, which a repeat carries again."""

    client_id: UUID
    version: Annotated[int, Field(ge=0, le=255)]
    body: Body


class Wish(_Event):
    """A help seeker wants to talk, and says whether they are in danger now: "yes" or "no", as a form sends it."""

    danger: bool


class Join(_Event):
    """The intake of somebody who may wait."""

    intake: Sealed


class InConversation(_Event):
    """An event in one conversation."""

    conversation: UUID


class Send(InConversation):
    """A message."""

    entry: Sealed


class Resume(InConversation):
    """Asks for what came after the last entry that this page has in order."""

    after: Annotated[int, Field(ge=0, le=2**53)]


class Typing(InConversation):
    """Somebody types, or has stopped."""

    on: bool


class GiveTimeOut(InConversation):
    """A time-out for the help seeker of a conversation: a length of the organisation's, a reason of the core's."""

    minutes: Annotated[int, Field(ge=SHORTEST_TIME_OUT, le=LONGEST_TIME_OUT)] | None = None
    """None: the shortest."""
    reason: TimeOutReason


TimeOutLengths = Annotated[
    tuple[Annotated[int, Field(ge=SHORTEST_TIME_OUT, le=LONGEST_TIME_OUT)], ...], Field(min_length=1, max_length=5)
]
"""How long a time-out can be at an organisation, in minutes."""

Ender = Literal["seeker", "helper", "silence"]
