"""Rounds of forgetting: every rule, for every organisation, each for itself."""

import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from core.configuration import Configuration
from core.crypto import Forgotten
from core.database.sweeping import sweep
from core.installation import Installation
from core.tenancy.changes import set_value
from core.tenancy.sealing import open_sealed, seal_by_day
from core.tenancy.session import network_session, tenant_session
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.example_models import ExampleOwner
from core.testing.installations import make_installation
from core.testing.organisations import add_tenant
from core.testing.throwaway import workshop_in
from core.worker import worker as worker_module
from core.worker.worker import Worker

RULES = """
from datetime import timedelta
from sqlalchemy import delete, select
from core.api import Retention, hookimpl
from core.testing.example_models import ExampleOwner

asked = []


def first(session, before):
    asked.append(("first", session.tenant_id, before))
    session.add(ExampleOwner(name="half done"))
    session.flush()
    raise RuntimeError("a secret")


def second(session, before):
    asked.append(("second", session.tenant_id, before))
    gone = session.scalars(delete(ExampleOwner).where(ExampleOwner.name == "old").returning(ExampleOwner.id)).all()
    return len(gone)


@hookimpl
def declare_retention():
    return (
        Retention("example.first", "Always fails.", timedelta(minutes=1), first),
        Retention("example.second", "Old owners.", timedelta(hours=2), second),
    )
"""


@dataclass(frozen=True)
class House:
    """An installation whose one plugin has two rules, and organisations in every state."""

    installation: Installation
    clock: FixedClock
    tenants: dict[str, UUID]

    @property
    def asked(self) -> list[tuple[str, UUID, datetime]]:
        """Which rules were asked, for whom, and of which moment."""
        module = self.installation.plugins.plugins["example"].card.hooks_module
        found: list[tuple[str, UUID, datetime]] = sys.modules[module].asked
        return found

    def names(self, slug: str) -> list[str]:
        """What an organisation has stored."""
        from sqlalchemy import select

        with tenant_session(self.installation.engine, self.tenants[slug]) as session, session.begin():
            return list(session.scalars(select(ExampleOwner.name).order_by(ExampleOwner.name)))


@pytest.fixture
def house(database: Database, configuration: Configuration, clock: FixedClock, tmp_path: Path) -> Iterator[House]:
    """`on` has the plugin, `off` has switched it off, `closed` is suspended, `young` a draft; and the network."""
    states = {"on": "live", "off": "live", "closed": "suspended", "young": "draft"}
    for slug, state in states.items():
        add_tenant(database.engine, slug, plugins=[] if slug == "off" else ["example"], clock=clock, state=state)
    add_tenant(database.engine, "console", kind="network", clock=clock)
    with workshop_in(tmp_path / "plugins") as workshop, capture_logs():
        installation = make_installation(configuration, clock, [workshop.plugin("example", RULES)])
        tenants = {tenant.slug: tenant.id for tenant in installation.directory.all()}
        for tenant_id in tenants.values():
            with tenant_session(installation.engine, tenant_id) as session, session.begin():
                session.add_all([ExampleOwner(name="old"), ExampleOwner(name="new")])
        yield House(installation, clock, tenants)
        installation.engine.dispose()


def test_every_rule_is_asked_for_every_organisation_switched_off_and_closed_ones_too(house: House) -> None:
    assert Worker(house.installation).round() == len(house.tenants)
    for rule, keep in (("first", timedelta(minutes=1)), ("second", timedelta(hours=2))):
        asked = [(tenant, before) for name, tenant, before in house.asked if name == rule]
        assert sorted(tenant for tenant, _ in asked) == sorted(house.tenants.values())
        assert {before for _, before in asked} == {house.clock() - keep}


def test_a_rule_that_fails_is_undone_and_told_and_leaves_the_others(house: House) -> None:
    with capture_logs() as logged:
        Worker(house.installation).round()
    assert {slug: house.names(slug) for slug in house.tenants} == {slug: ["new"] for slug in house.tenants}
    told = [(line["job"], line["tenant"]) for line in logged if line["event"] == "retention failed"]
    assert sorted(told) == sorted(("example.first", slug) for slug in house.tenants)


def test_the_line_about_a_failing_rule_says_which_one(house: House) -> None:
    from core.anonymity.logs import FIELDS

    with capture_logs() as logged:
        Worker(house.installation).round()
    line = next(line for line in logged if line["event"] == "retention failed")
    named = {key: value for key, value in line.items() if key not in {"event", "log_level", "exc_info"}}
    assert all(key in FIELDS and FIELDS[key](value) for key, value in named.items())


def test_a_rule_takes_as_long_as_the_organisation_and_the_network_want(house: House) -> None:
    with network_session(house.installation.engine, "test") as network, network.begin():
        set_value(network, house.tenants["on"], "keep.example.second", "30 minutes")
        set_value(network, house.tenants["console"], "keep.example.second", "1 hour")
    house.installation.directory.refresh()
    Worker(house.installation).round()
    before = {tenant: moment for rule, tenant, moment in house.asked if rule == "second"}
    assert before[house.tenants["on"]] == house.clock() - timedelta(minutes=30)
    assert before[house.tenants["off"]] == house.clock() - timedelta(hours=1)


def test_the_keys_of_a_day_go_when_its_rule_is_over_even_when_rows_stay(house: House) -> None:
    tenant_id, keys, rule = house.tenants["on"], house.installation.keys, "example.first"
    with network_session(house.installation.engine, "test") as network, network.begin():
        set_value(network, house.tenants["off"], "keep.example.second", "1 minute")
    house.installation.directory.refresh()
    with tenant_session(house.installation.engine, tenant_id) as session, session.begin():
        blobs = [seal_by_day(session, keys, house.clock(), b"wilg", name) for name in (rule, "example.second")]
    worker = Worker(house.installation)

    def opened() -> list[bool]:
        found = []
        with tenant_session(house.installation.engine, tenant_id) as session, session.begin():
            for blob, name in zip(blobs, (rule, "example.second"), strict=True):
                try:
                    found.append(open_sealed(session, keys, blob, name) == b"wilg")
                except Forgotten:
                    found.append(False)
        return found

    worker.round()
    assert opened() == [True, True], "the day is not over"
    house.clock.now = house.clock.now.replace(hour=0, minute=1) + timedelta(days=1)
    worker.round()
    assert opened() == [False, True], "a minute after midnight the rule of a minute is over, the one of two hours not"
    house.clock.advance(hours=2)
    worker.round()
    assert opened() == [False, False]


def test_what_was_forgotten_leaves_the_write_ahead_log_too(house: House) -> None:
    if house.installation.engine.dialect.name != "sqlite":
        assert sweep(house.installation.engine), "PostgreSQL keeps its own log"
        return
    log = Path(f"{house.installation.engine.url.database}-wal")
    assert log.stat().st_size
    Worker(house.installation).round()
    assert log.stat().st_size == 0


def test_a_second_round_finds_nothing_left(house: House) -> None:
    worker = Worker(house.installation)
    worker.round()
    assert worker.round() == 0


def test_the_thread_goes_on_after_a_round_that_failed_altogether(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "EVERY", 0.01)
    rounds, twice = [], threading.Event()
    worker = Worker(house.installation)

    def failing() -> int:
        rounds.append(1)
        if len(rounds) > 1:
            twice.set()
        raise RuntimeError("the database is away")

    monkeypatch.setattr(worker, "round", failing)
    worker.start()
    assert twice.wait(10)
    worker.stop()
    assert not worker._thread.is_alive()


def test_stopping_ends_after_the_rule_at_hand(house: House) -> None:
    worker = Worker(house.installation)
    forget: Any = worker._forget
    done: list[str] = []

    def once(tenant: Any, rule: Any, keep: Any) -> int:
        done.append(rule.name)
        worker._stopping.set()
        return int(forget(tenant, rule, keep))

    worker._forget = once  # type: ignore[method-assign]
    worker.round()
    assert len(done) == 1
