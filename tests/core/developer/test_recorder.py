"""The recorder, on both databases: what is sent while a way is open, with the kind of what goes wrong."""

from time import perf_counter
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, literal_column, select
from sqlalchemy.exc import IntegrityError

from core.database.guard import IsolationError
from core.developer.recorder import LONGEST, Recorder
from core.developer.ways import Way
from core.realtime.models import Stream
from core.tenancy.session import tenant_session
from core.testing.database import Database
from core.testing.organisations import add_tenant

DOUBLE = {"sqlite": "IntegrityError", "postgresql": "UniqueViolation"}
"""How each driver names a row that is there already."""


@pytest.fixture
def recorder(database: Database) -> Recorder:
    """Listens to the database of this test."""
    add_tenant(database.engine, "boom")
    return Recorder(database.engine, perf_counter)


def texts(way: Way) -> list[tuple[str, str]]:
    """What was sent, without what belongs to a transaction on one of the databases, with what went wrong."""
    house = ("BEGIN", "SELECT set_config")
    return [(" ".join(step.name.split()), step.error) for step in way.steps if not step.name.startswith(house)]


def test_what_fails_is_told_by_its_kind_and_without_its_values(recorder: Recorder, database: Database) -> None:
    tenant = uuid4()
    again = insert(Stream).values(tenant_id=tenant, id=tenant, plugin="kanarie", last_seq=0)
    with recorder.way() as way, tenant_session(database.engine, tenant) as session:
        with pytest.raises(IntegrityError), session.begin():
            [session.execute(again) for _ in range(2)]
        with pytest.raises(IsolationError), session.begin():
            session.execute(select(literal_column("'kanarie'")))
    (first, well), (second, twice), (by_hand, refused) = texts(way)
    assert first == second
    assert first.startswith("INSERT INTO stream (")
    assert (well, twice, refused) == ("", DOUBLE[database.kind], "IsolationError")
    assert by_hand == "…"
    assert "kanarie" not in repr(way)


def test_lists_and_long_statements_are_cut_short(recorder: Recorder, database: Database) -> None:
    many = [Stream.plugin == "kanarie"] * 200
    with recorder.way() as way, tenant_session(database.engine, uuid4()) as session, session.begin():
        session.scalars(select(Stream.id).where(Stream.plugin.in_(["kanarie"] * 300))).all()
        session.scalar(select(func.count()).select_from(Stream).where(*many))
    (few, _), (long, _) = texts(way)
    assert few.count("IN (…)") == 1
    assert LONGEST - 300 < len(long) <= LONGEST + 2
    assert long.endswith("…")
    assert "kanarie" not in repr(way)


def test_outside_a_way_nothing_is_remembered(recorder: Recorder, database: Database) -> None:
    with recorder.way() as way:
        pass
    with tenant_session(database.engine, uuid4()) as session, session.begin():
        session.scalar(select(func.count()).select_from(Stream))
    assert way.steps == []
    assert recorder.ways.latest() == (), "who opens a way decides whether it is kept"
