"""How plugins meet without knowing each other: services by interface, events, guards over texts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Service:
    """What this plugin does for others, found by an interface of `core.api`, never by a name.

    `factory(session)` makes it for one organisation. One plugin at most offers an interface; for an organisation that
    has the plugin switched off there is none.
    """

    interface: type
    factory: Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class EventType:
    """Something that happens in the plugin and that others may be told, such as `chat.ended`.

    `schema` is a frozen dataclass of ids and facts, never content. What it holds is only ever added to; else `version`
    rises, and `lifts` says how to make the next version's values of an older one's, which may still wait to be told.
    """

    name: str
    version: int
    schema: type
    lifts: Mapping[int, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventTold:
    """An event as a subscriber gets it. `id` stays the same when it is told again; `value` is of the event's schema.

    An older `version` without a lift is told as it is: a plain mapping, where it fits the schema no more.
    """

    id: UUID
    name: str
    version: int
    at: datetime
    value: Any


@dataclass(frozen=True, slots=True)
class Subscription:
    """Asks to be told an event, of this or another plugin.

    `handler(session, told)` runs in the worker, at least once, in order per plugin and organisation, in a transaction
    of its own; what takes longer than `limit` is stopped and told again.
    """

    event: str
    version: int
    handler: Callable[[Any, EventTold], None]
    limit: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class GuardedText:
    """A text that is about to become public: where (`forum.post`), in which language, at which organisation."""

    text: str
    place: str
    language: str
    tenant_id: UUID


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a guard thinks of a text: let it pass, hold it for a moderator, or refuse it; with a reason for its writer.

    `reason_key` and `reason` are a text's key and English source.
    """

    kind: Literal["pass", "hold", "refuse"]
    reason_key: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Guard:
    """Looks at texts before they become public. `look` gets the text alone: no session, nobody's name."""

    name: str
    look: Callable[[GuardedText], Verdict]
