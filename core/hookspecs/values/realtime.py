"""What a plugin does in the realtime process."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Subject = Literal["seeker", "staff"]
"""Who holds a realtime connection: a help seeker without an account, or a member of staff."""


@dataclass(frozen=True, slots=True)
class RealtimeEvent:
    """An event that a client may send, `<plugin>.<verb>`. Staff need `permission`; seekers are named in `subjects`.

    `schema` is a pydantic model of the payload; what does not fit it is refused before the handler sees it.
    The handler may do its work before its first `await`: events of one socket arrive there in the order sent.
    """

    name: str
    schema: type
    handler: Callable[[Any, Any], Awaitable[Mapping[str, Any]]]
    subjects: frozenset[Subject]
    permission: str | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    """Which payload fields are ids, and the name of the example factory of each."""


@dataclass(frozen=True, slots=True)
class Realtime:
    """All that a plugin does in the realtime process."""

    events: tuple[RealtimeEvent, ...] = ()
    connected: Callable[[Any], Awaitable[None]] | None = None
    """Told when a socket of an organisation with this plugin is in; argument: the call without payload."""
    disconnected: Callable[[Any], Awaitable[None]] | None = None
    started: Callable[[Any], Awaitable[None]] | None = None
    """Told once when the process begins; argument: the realtime context."""
