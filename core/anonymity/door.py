"""The door of a service: open in quiet times; in a flood it asks each page for a little work, or a short wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core.access.once import OnceStore
from core.anonymity.tags import Tags
from core.anonymity.visitor import Visitor
from core.clock import Clock
from core.crypto import KeyRing, new_token, read, sign
from core.crypto.proof_of_work import Purpose, make_challenge, solved
from core.tenancy.keys import tenant_key

LIFETIME = timedelta(minutes=10)
"""How long a challenge, or a ticket of somebody who waits, is good."""
STAYS_SHUT = timedelta(minutes=2)
"""How long the door asks after the last moment of rush."""
TRIES = 256
"""Tries at most in a rush: a tenth of a second on a desktop, about a second on an old phone."""
FROM_ONE_ADDRESS = "60 per 10 minute"
"""So many may begin at one address (a school, a family) before it alone is asked for work."""
CROWDED = 4
"""How many times the work in a rush is more for an address where many begin."""
SHORTEST_WAIT, LONGEST_WAIT, SPACING = timedelta(seconds=20), timedelta(minutes=5), timedelta(seconds=5)
"""Waiting instead of working; each further one from the same address waits a little longer, so that it is no way in for
floods."""

_TICKET = "door-ticket"
_TICKETS, _TICKETS_COUNTED = "core.door.ticket", "1000 per 10 minute"
_STARTS = "core.door.start"


@dataclass(frozen=True, slots=True)
class Ask:
    """What a page is asked before somebody may begin: to solve `work`, or to come back with `ticket` after `wait`."""

    work: dict[str, Any]
    ticket: str
    wait: timedelta

    def as_json(self) -> dict[str, Any]:
        """As the page's script gets it."""
        return {"work": self.work, "ticket": self.ticket, "wait": int(self.wait.total_seconds())}


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody who wants to begin: where, what, and what their page brings."""

    tenant_id: UUID
    action: str
    visitor: Visitor
    work: str = ""
    ticket: str = ""


class Door:
    """Decides who may begin at once. What it cannot count or remember, because a store is away, lets people in."""

    def __init__(self, keys: KeyRing, clock: Clock, tags: Tags, once: OnceStore) -> None:
        """One per installation; where several processes share a Redis, `tags` and `once` do too."""
        self._keys = keys
        self._clock = clock
        self._tags = tags
        self._once = once

    def ask(self, knock: Knock, starts_a_minute: int) -> Ask | None:
        """None: come in. Otherwise what to do first. `starts_a_minute`: more than that at an organisation is a rush.

        Never ask it of somebody who comes back to what they began, nor of who says to be in danger. It may wait for a
        network: not to be called in an event loop.
        """
        if (knock.work or knock.ticket) and self._brought(knock):
            return None
        rush = self._is_rush(knock, starts_a_minute)
        crowded = not knock.visitor.hit(f"{_STARTS}.{knock.action}", FROM_ONE_ADDRESS)
        if not rush and not crowded:
            return None
        return self._make(knock, TRIES * (CROWDED if rush and crowded else 1))

    def _is_rush(self, knock: Knock, starts_a_minute: int) -> bool:
        name = tenant_key(knock.tenant_id, "rush", knock.action)
        if not self._tags.count(name, f"{starts_a_minute} per minute"):
            self._tags.keep(name, STAYS_SHUT)
            return True
        return self._tags.is_kept(name)

    def _make(self, knock: Knock, tries: int) -> Ask:
        work = make_challenge(self._keys, self._purpose(knock.tenant_id, knock.action), tries)
        wait = min(SHORTEST_WAIT + SPACING * knock.visitor.earlier(_TICKETS, _TICKETS_COUNTED), LONGEST_WAIT)
        return Ask(work, self._ticket(knock, self._clock() + wait), wait)

    def _ticket(self, knock: Knock, not_before: datetime) -> str:
        claims = {
            "tenant": knock.tenant_id.hex,
            "action": knock.action,
            "from": not_before.timestamp(),
            "once": new_token(),
        }
        return sign(self._keys.secret(_TICKET), _TICKET, claims, not_before + LIFETIME)

    def _purpose(self, tenant_id: UUID, action: str) -> Purpose:
        return Purpose(tenant_id.bytes, action, self._clock() + LIFETIME)

    def _brought(self, knock: Knock) -> bool:
        """Whether the page brings what lets it in; it counts for this once."""
        now = self._clock()
        name = solved(self._keys, knock.tenant_id.bytes, knock.action, knock.work, now) if knock.work else None
        name = name or self._waited(knock, now)
        return name is not None and self._once.first_use(f"door:{name}", LIFETIME + LONGEST_WAIT)

    def _waited(self, knock: Knock, now: datetime) -> str | None:
        claims = read(self._keys.secret(_TICKET), _TICKET, knock.ticket, now) if knock.ticket else None
        if claims is None or (claims["tenant"], claims["action"]) != (knock.tenant_id.hex, knock.action):
            return None
        return str(claims["once"]) if now.timestamp() >= claims["from"] else None
