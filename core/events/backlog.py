"""How many events wait to be told, and how many were set aside, over all organisations: for whoever watches over it."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from sqlalchemy import Engine, func, select

from core.events.models import OutboxEvent
from core.tenancy.session import TenantSession, tenant_session

REST = 20
"""A count is good for so many times as long as it took: looking costs a twentieth of one processor at most."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is still to be told to one plugin, by number alone."""

    plugin: str
    waiting: int = 0
    set_aside: int = 0
    """Nobody tries these any more, until somebody puts them back (`luwte plugins retry`)."""


class Backlog:
    """Counts, organisation by organisation: no session sees the rows of two."""

    def __init__(self, engine: Engine, tenants: Callable[[], Iterable[UUID]], subscribers: Iterable[str]) -> None:
        """`tenants` gives the organisations as they are now; `subscribers` are told of even where nothing waits."""
        self._engine, self._tenants, self._subscribers = engine, tenants, frozenset(subscribers)
        self._counted: tuple[Waiting, ...] = ()
        self._good_until = 0.0
        self._lock = threading.Lock()

    def lines(self) -> tuple[Waiting, ...]:
        """A line for each plugin that is told anything, by name; of a moment ago where counting takes long."""
        with self._lock:
            began = monotonic()
            if began >= self._good_until:
                self._counted = self._count()
                now = monotonic()
                self._good_until = now + REST * (now - began)
            return self._counted

    def _count(self) -> tuple[Waiting, ...]:
        sums = {plugin: Waiting(plugin) for plugin in self._subscribers}
        for tenant_id in self._tenants():
            with tenant_session(self._engine, tenant_id, writes=False) as session, session.begin():
                for plugin, (all_of_it, aside) in _of_one(session).items():
                    known = sums.get(plugin, Waiting(plugin))
                    sums[plugin] = Waiting(plugin, known.waiting + all_of_it - aside, known.set_aside + aside)
        return tuple(sums[plugin] for plugin in sorted(sums))


def _of_one(session: TenantSession) -> Mapping[str, tuple[int, int]]:
    """All that one organisation has, and what of it was set aside, by plugin."""
    query = select(
        OutboxEvent.plugin, func.count(OutboxEvent.id), func.count(OutboxEvent.set_aside_at)
    ).group_by(OutboxEvent.plugin)  # fmt: skip
    return {plugin: (int(everything), int(aside)) for plugin, everything, aside in session.execute(query)}
