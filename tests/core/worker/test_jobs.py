"""Jobs run when their time has come: one at a time over all processes, in a child with a limit, on record."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.configuration import Configuration
from core.tenancy.changes import switch_plugin
from core.tenancy.session import network_session
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.worker.leases import Leases
from core.worker.models import JobLease
from core.worker.worker import Worker
from tests.core.worker.house import House, house_of, until

JOBS = """

def everywhere(context):
    for tenant_id in context.tenant_ids:
        with context.open_session(tenant_id) as session:
            session.add(ExampleOwner(name="seen"))
    write("everywhere", context.now.isoformat(), len(context.tenant_ids), context.tenant_id, "x")


def each(context):
    write("each", context.tenant_id, len(context.tenant_ids), "x")


def fails(context):
    write("fails", "-", 0, "x")
    raise ValueError("a secret")


def hangs(context):
    write("hangs", "-", 0, "x")
    time.sleep(60)


@hookimpl
def declare_jobs():
    hour = timedelta(hours=1)
    return (
        Job("left.everywhere", hour, "network", everywhere),
        Job("left.each", hour, "tenant", each),
        Job("left.fails", hour, "network", fails),
        Job("left.hangs", hour, "network", hangs, timedelta(seconds=1)),
    )
"""


@pytest.fixture
def house(
    database: Database, configuration: Configuration, tmp_path: Path, clock: FixedClock
) -> Iterator[tuple[House, FixedClock]]:
    with house_of(configuration, tmp_path, clock=clock, more=JOBS) as made:
        yield made, clock


def leases(house: House) -> dict[str, JobLease]:
    with network_session(house.installation.engine, "test", writes=False) as session, session.begin():
        return {row.job: row for row in session.scalars(select(JobLease))}


def ran(house: House, name: str) -> int:
    return [line[0] for line in house.lines()].count(name)


def work_until_all_have_run(house: House, times: int) -> None:
    """A worker of its own, as a process would have, that looks until everything has run."""
    worker = Worker(house.installation)
    jobs = worker._jobs

    def done() -> bool:
        jobs.look()
        now = house.installation.clock()
        rows = leases(house).values()
        return len(rows) == 4 and all(row.holder is None and row.next_at > now for row in rows)

    until(done, seconds=90)
    worker.stop()
    assert (ran(house, "everywhere"), ran(house, "each")) == (times, 2 * times)


def test_each_job_runs_once_a_period_and_how_it_went_is_on_record(house: tuple[House, FixedClock]) -> None:
    home, clock = house
    work_until_all_have_run(home, 1)
    rows = leases(home)
    assert rows["left.everywhere"].error is None
    assert rows["left.everywhere"].milliseconds is not None
    assert rows["left.everywhere"].finished_at == clock()
    assert rows["left.everywhere"].next_at == clock() + timedelta(hours=1)
    assert str(rows["left.fails"].error).startswith("ValueError at ")
    assert "secret" not in str(rows["left.fails"].error)
    assert rows["left.hangs"].error == "took longer than its limit"
    failed = Leases(home.installation.engine, clock).failed(["left.fails", "left.hangs", "left.each"])
    assert [(row.job, row.failures) for row in failed] == [("left.fails", 1), ("left.hangs", 1)]
    first = {line[0]: line for line in home.lines()}
    assert first["everywhere"][1:4] == [clock().isoformat(), "2", "None"]
    assert {line[1] for line in home.lines() if line[0] == "each"} == {str(it) for it in home.tenants.values()}
    clock.advance(minutes=59)
    before = len(home.lines())
    worker = Worker(home.installation)
    worker._jobs.look()
    worker.stop()
    assert len(home.lines()) == before


def test_a_job_is_not_run_where_its_plugin_is_off_nor_opens_that_organisation(
    house: tuple[House, FixedClock],
) -> None:
    home, _ = house
    with network_session(home.installation.engine, "test") as session, session.begin():
        switch_plugin(session, home.tenants["b"], "left", on=False)
    home.installation.directory.refresh()
    worker = Worker(home.installation)
    pieces = [(piece.job.name, piece.tenant_id) for piece in worker._jobs._pieces()]
    worker.stop()
    assert ("left.each", home.tenants["a"]) in pieces
    assert ("left.each", home.tenants["b"]) not in pieces


def test_a_lease_is_held_by_one_and_runs_out_when_its_holder_is_gone(house: tuple[House, FixedClock]) -> None:
    home, clock = house
    first, second = (Leases(home.installation.engine, clock) for _ in range(2))
    key, keep = ("left.each", home.tenants["a"]), timedelta(seconds=90)
    assert first.take(key, keep)
    assert not second.take(key, keep)
    assert second.take(("left.fails", home.tenants["a"]), keep)
    clock.advance(seconds=89)
    assert not second.take(key, keep)
    assert second.next_times()[key] > clock()
    clock.advance(seconds=1)
    assert second.take(key, keep)  # the first was killed: its lease has run out
    first.finish(key, clock(), timedelta(), None)
    row = leases(home)["left.each"]
    assert (row.error, row.failures) == ("the worker went away before it was done", 1)
    assert not first.take(key, keep)
    second.finish(key, clock() + timedelta(hours=1), timedelta(seconds=2), None)
    assert not second.take(key, keep)
    clock.advance(hours=1)
    assert first.take(key, keep)
    first.give_back(key)
    assert second.take(key, keep)
