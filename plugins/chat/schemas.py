"""What realtime events and told events carry. Bodies are sealed: here their shape is checked, never what they hold."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from core.api import TimeOutReason

SHORTEST_TIME_OUT, LONGEST_TIME_OUT = 5, 7 * 24 * 60
"""Minutes."""
LONGEST_BODY = 24_000
"""Characters of base64url: a message padded to 16 KiB, sealed, with room for its frame."""
SEALED = 1
"""The version of everything sealed: in an entry, and the first byte of its body."""
HEAD = 1 + 16 + 4 + 1
"""Bytes that each sealed thing begins with: version, conversation, epoch, sender (0: help seeker, 1: helper)."""

_FRAME = HEAD + 4 + 12 + 16
MESSAGE_SIZES = frozenset(_FRAME + padded for padded in (256, 1024, 4096, 16384))
_GRANT, _SIGNATURE, _READER, _LINK = HEAD + 65 + 48, 64, 16, 32
GRANT_SIZES = frozenset({_GRANT + _READER, _GRANT + _READER + _LINK, 2 * (_GRANT + _SIGNATURE + _READER)})
"""A help seeker's, without and with the link to their epoch before; a helper's, for both sides."""
_RECEIPT = 78
"""Characters: head, number (4), proof (32)."""
_HALF = 43
"""Characters: 32 bytes."""


def _bytes(text: object) -> object:
    """Decodes base64url without padding. Length is checked on the text: a giant is refused before it is decoded."""
    if not isinstance(text, str) or len(text) > LONGEST_BODY:
        return text
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("not base64url") from None


def _of_size(sizes: frozenset[int]) -> AfterValidator:
    def check(body: bytes) -> bytes:
        if len(body) not in sizes or body[0] != SEALED:
            raise ValueError("nothing sealed has this shape")
        return body

    return AfterValidator(check)


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


def _example(size: int, conversation: object, side: int) -> str:
    """A body of that shape, and nothing in it: what the proofs that organisations never mix send."""
    head = bytes([SEALED]) + UUID(str(conversation)).bytes + bytes(4) + bytes([side])
    return base64.urlsafe_b64encode(head.ljust(size, b"\0")).rstrip(b"=").decode()


class Nothing(_Event):
    """An event that carries nothing."""


class Sealed(_Event):
    """An opaque body, how it is made, and the sender's own id of it, which a repeat carries again."""

    client_id: UUID
    version: Literal[1]
    body: Body


class SealedMessage(Sealed):
    """A message, or the intake, which is the first one."""

    body: Annotated[Body, _of_size(MESSAGE_SIZES)]


class SealedGrant(Sealed):
    """The key of an epoch, sealed to whoever may read it."""

    body: Annotated[Body, _of_size(GRANT_SIZES)]


class Wish(_Event):
    """A help seeker wants to talk, and says whether they are in danger now: "yes" or "no", as a form sends it."""

    danger: bool


class Join(_Event):
    """The intake of somebody who may wait."""

    intake: SealedMessage

    @classmethod
    def fitting(cls, made: dict[str, Any]) -> dict[str, Any]:
        """The payload, with a body in the shape of a sealed one."""
        return {"intake": {**made["intake"], "body": _example(min(MESSAGE_SIZES), UUID(int=0), side=0)}}


class Keep(_Event):
    """The server's half of what a help seeker's tab keeps, to come back with after a refresh."""

    half: Annotated[str, Field(min_length=_HALF, max_length=_HALF, pattern=r"^[A-Za-z0-9_-]+$")]


class InConversation(_Event):
    """An event in one conversation."""

    conversation: UUID


class Send(InConversation):
    """A message."""

    entry: SealedMessage

    @classmethod
    def fitting(cls, made: dict[str, Any]) -> dict[str, Any]:
        """The payload, with a body in the shape of a sealed one of a helper's."""
        body = _example(min(MESSAGE_SIZES), made["conversation"], side=1)
        return {**made, "entry": {**made["entry"], "body": body}}


class Grant(InConversation):
    """The key of an epoch."""

    entry: SealedGrant

    @classmethod
    def fitting(cls, made: dict[str, Any]) -> dict[str, Any]:
        """The payload, with a body in the shape of a helper's grant."""
        return {**made, "entry": {**made["entry"], "body": _example(max(GRANT_SIZES), made["conversation"], side=1)}}


class Confirm(InConversation):
    """The proof that messages were opened there or, with `read`, that they were shown there."""

    receipt: Annotated[str, Field(min_length=_RECEIPT, max_length=_RECEIPT, pattern=r"^[A-Za-z0-9_-]+$")]
    read: bool


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
