"""Counting what waits: over all organisations, by plugin, and no more often than is cheap; on both databases."""

from uuid import UUID, uuid4

import pytest

from core.events import backlog
from core.events.backlog import Backlog, Waiting
from core.events.models import OutboxEvent
from core.events.telling import put_back
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.organisations import TwoTenants
from core.testing.sessions import in_transaction


def _add(database: Database, tenant_id: UUID, clock: FixedClock, plugin: str, *, aside: bool = False) -> None:
    facts = {"event_id": uuid4(), "name": "a.b", "version": 1, "payload": "{}", "at": clock(), "position": 1}
    row = OutboxEvent(plugin=plugin, set_aside_at=clock() if aside else None, **facts)
    in_transaction(database.engine, tenant_id, lambda session: session.add(row))


def _lines(database: Database, tenants: TwoTenants) -> tuple[Waiting, ...]:
    return Backlog(database.engine, lambda: (tenants.a.id, tenants.b.id), ["tea", "milk"]).lines()


def test_all_organisations_are_counted_by_plugin(database: Database, tenants: TwoTenants, clock: FixedClock) -> None:
    assert _lines(database, tenants) == (Waiting("milk"), Waiting("tea"))
    for tenant in (tenants.a, tenants.b):
        _add(database, tenant.id, clock, "tea")
        _add(database, tenant.id, clock, "tea", aside=True)
    _add(database, tenants.b.id, clock, "gone")
    assert _lines(database, tenants) == (Waiting("gone", 1), Waiting("milk"), Waiting("tea", 2, 2))
    in_transaction(database.engine, tenants.a.id, lambda session: put_back(session, "tea"))
    assert _lines(database, tenants)[-1] == Waiting("tea", 3, 1)


def test_a_count_is_good_for_longer_the_longer_it_took(
    database: Database, tenants: TwoTenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, now = list[float](), [100.0]

    def everybody() -> list[UUID]:
        looked.append(now[0])
        now[0] += 1.0  # a second for each count
        return [tenants.a.id]

    monkeypatch.setattr(backlog, "monotonic", lambda: now[0])
    counts = Backlog(database.engine, everybody, [])
    for _ in range(50):
        counts.lines()
        now[0] += 1.0
    assert looked == [100.0, 100.0 + 1 + backlog.REST, 100.0 + 2 * (1 + backlog.REST)]
