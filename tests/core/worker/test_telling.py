"""Events are told in child processes: in order, at least once, whatever a handler does."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from core.anonymity.logs import FIELDS
from core.configuration import Configuration
from core.events.telling import WAITS, heads, put_back
from core.tenancy.changes import switch_plugin
from core.tenancy.session import network_session, tenant_session
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.example_models import ExampleOwner
from core.worker import teller
from core.worker.leases import NETWORK
from core.worker.worker import Worker
from tests.core.worker.house import House, alive, house_of, until


@pytest.fixture
def house(database: Database, configuration: Configuration, tmp_path: Path) -> Iterator[House]:
    with house_of(configuration, tmp_path, limit=6) as made:
        yield made


@pytest.fixture
def worker(house: House) -> Iterator[Worker]:
    running = Worker(house.installation)
    running.start()
    yield running
    running.stop()


def owners(house: House, at: str = "a") -> list[str]:
    with tenant_session(house.installation.engine, house.tenants[at], writes=False) as session, session.begin():
        return sorted(session.scalars(select(ExampleOwner.name)))


def test_each_subscribed_plugin_is_told_in_order_and_once(house: House, worker: Worker) -> None:
    house.tell(*range(5))
    house.tell(7, at="b")
    until(lambda: not house.waiting() and not house.waiting("b"))
    assert house.heard("left") == house.heard("right") == [0, 1, 2, 3, 4]
    assert house.heard("left", "b") == [7]
    assert owners(house) == sorted(f"{name} {number}" for name in ("left", "right") for number in range(5))


def test_every_plugin_gets_the_same_id_and_each_event_another(house: House, worker: Worker) -> None:
    house.tell(1, 2)
    until(lambda: not house.waiting())
    ids = {(line[0], line[2]): line[3] for line in house.lines()}
    assert ids["left", "1"] == ids["right", "1"] != ids["left", "2"]


def test_no_child_lives_before_there_is_work_nor_long_after(house: House, worker: Worker) -> None:
    time.sleep(teller.POLL + 0.2)
    assert worker._children.pids == []
    house.tell(1)
    until(lambda: not house.waiting())
    pids = worker._children.pids
    assert pids
    until(lambda: worker._teller._slots.empty)
    worker._children.end_idle(idle=0)
    assert worker._children.pids == []
    assert not any(alive(pid) for pid in pids)


def test_a_handler_that_raises_holds_up_nobody_else_and_undoes_its_work(house: House, worker: Worker) -> None:
    house.tell(1000, 1)
    house.tell(2, at="b")
    until(lambda: house.heard("left", "b") == house.heard("right", "b") == [2])
    until(lambda: [row.attempts for row in house.waiting()][:1] > [0])
    assert house.heard("left").count(1) == 0  # it waits behind the one that fails
    assert owners(house) == []
    first = house.waiting()[0]
    assert first.error is not None
    assert first.error.startswith("ValueError at ")
    assert "secret" not in first.error
    house.mend()
    until(lambda: not house.waiting())
    assert [number for number in house.heard("left") if number == 1] == [1]
    assert owners(house) == ["left 1", "left 1000", "right 1", "right 1000"]


@pytest.mark.parametrize("number,error", [(2000, "took longer than its limit"), (3000, "its process died")])
def test_a_handler_that_hangs_or_dies_is_ended_and_holds_up_nobody(
    house: House, worker: Worker, number: int, error: str
) -> None:
    house.tell(number)
    until(house.heard)
    house.tell(1, 2, at="b")
    # Well before the one that hangs would be done by itself
    until(lambda: house.heard("left", "b") == house.heard("right", "b") == [1, 2], seconds=50)
    until(lambda: all(row.attempts for row in house.waiting()))
    assert all((row.error or "").startswith(error) for row in house.waiting())


def test_a_handler_that_prints_and_reads_harms_nothing(house: House, worker: Worker) -> None:
    house.tell(4000, 1)
    until(lambda: not house.waiting())
    assert house.heard("left") == [4000, 1]


def test_a_plugin_that_is_switched_off_is_told_once_it_is_on_again(house: House, worker: Worker) -> None:
    directory, engine = house.installation.directory, house.installation.engine
    worker.stop()
    house.tell(1)
    for on in (False, True):
        with network_session(engine, "test") as session, session.begin():
            switch_plugin(session, house.tenants["a"], "left", on=on)
        directory.refresh()
        again = Worker(house.installation)
        again.start()
        until(lambda on=on: len(house.waiting()) == (0 if on else 1))  # type: ignore[misc]
        assert house.heard("left") == ([1] if on else [])
        again.stop()


def test_after_many_tries_an_event_is_set_aside_told_of_and_kept(
    database: Database, configuration: Configuration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FixedClock()
    with house_of(configuration, tmp_path, clock=clock) as house:
        worker = Worker(house.installation)
        house.tell(1000, 1)
        with capture_logs() as logged:
            worker.start()
            for tries in range(1, len(WAITS) + 2):
                until(lambda tries=tries: min(row.attempts for row in house.waiting() if row.position < 3) >= tries)  # type: ignore[misc, operator]
                clock.advance(seconds=(WAITS[min(tries, len(WAITS)) - 1] + timedelta(seconds=1)).total_seconds())
            until(lambda: house.heard("left")[-1] == house.heard("right")[-1] == 1)
        told = [line for line in logged if line["event"] == "an event was set aside after many tries"]
        assert sorted(line["plugin"] for line in told) == ["left", "right"]
        assert all(FIELDS[key](line[key]) for line in told for key in ("plugin", "event_name", "tenant"))
        until(lambda: [row.set_aside_at is not None for row in house.waiting()] == [True, True])
        house.mend()
        with tenant_session(house.installation.engine, house.tenants["a"]) as session, session.begin():
            assert put_back(session, "left") == 1
        until(lambda: [row.plugin for row in house.waiting()] == ["right"])
        assert house.heard("left")[-1] == 1000
        worker.stop()


def test_an_event_that_was_tried_since_it_was_looked_for_waits(house: House) -> None:
    """The look and the end of an earlier try overlap: what the look found is not true any more."""
    worker = Worker(house.installation)
    teller = worker._teller
    house.tell(1)
    with tenant_session(house.installation.engine, house.tenants["a"]) as session, session.begin():
        due = next(one for one in heads(session, {"left"}, house.installation.clock()))
    teller._note(due, "TimeoutError")
    teller._tell(due)
    worker.stop()
    assert house.heard("left") == []
    assert [row.attempts for row in house.waiting() if row.plugin == "left"] == [1]


def test_one_teller_works_at_a_time(house: House, worker: Worker) -> None:
    second = Worker(house.installation)
    house.tell(1)
    until(house.heard)
    assert worker._leases.take(("core.telling", NETWORK), timedelta(seconds=5))
    assert not second._leases.take(("core.telling", NETWORK), timedelta(seconds=5))
