"""Events are written down with the deed or not at all, for whoever subscribes, in the order of commits."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest

from core.configuration import Configuration
from core.errors import LuwteError, TooMuch
from core.events.models import OutboxEvent
from core.events.outbox import MOST_TOLD, Outbox, outbox_of, tell
from core.events.payload import check_schema, from_json, to_json
from core.events.telling import ToldAlready, forget_events, forget_plugin, heads, repeatable_id, tell_row
from core.hookspecs.values import EventTold, EventType, Subscription
from core.tenancy.changes import switch_plugin
from core.tenancy.session import TenantSession, network_session, tenant_session
from core.testing.database import Database
from core.testing.example_models import ExampleOwner
from tests.core.worker.house import House, house_of


@pytest.fixture
def house(database: Database, configuration: Configuration, tmp_path: Path) -> Iterator[House]:
    with house_of(configuration, tmp_path) as made:
        yield made


def told(house: House, at: str = "a") -> list[tuple[str, str]]:
    return [(row.plugin, row.payload) for row in house.waiting(at)]


def session_at(house: House, at: str = "a") -> Any:
    return tenant_session(house.installation.engine, house.tenants[at])


def test_there_is_a_row_for_each_subscribed_plugin_and_only_at_this_organisation(house: House) -> None:
    house.tell(5)
    assert told(house) == [("left", '{"number":5}'), ("right", '{"number":5}')]
    assert [(row.name, row.version, row.attempts) for row in house.waiting()] == [("teller.happened", 1, 0)] * 2
    assert told(house, "b") == []


def test_a_plugin_that_is_switched_off_gets_no_row(house: House) -> None:
    with network_session(house.installation.engine, "test") as session, session.begin():
        switch_plugin(session, house.tenants["a"], "left", on=False)
    house.installation.directory.refresh()
    house.tell(1)
    assert [plugin for plugin, _ in told(house)] == ["right"]


def _tell_at_once(house: House, count: int) -> None:
    with session_at(house) as session, session.begin():
        for number in range(count):
            tell(session, house.happened(number))


@pytest.mark.promise_p14
def test_a_flood_is_refused_and_the_next_transaction_begins_anew(
    house: House, promise_report: Callable[[str], None]
) -> None:
    with pytest.raises(TooMuch, match="more than 1000 events"):
        _tell_at_once(house, MOST_TOLD + 1)
    assert told(house) == []
    house.tell(5)
    assert len(told(house)) == 2
    promise_report(f"a request that tells more than {MOST_TOLD} events: refused as a whole, with a sentence")


def test_what_is_rolled_back_was_not_told(house: House) -> None:
    with session_at(house) as session:
        session.begin()
        tell(session, house.happened(1))
        session.rollback()
        with session.begin():
            tell(session, house.happened(2))
            savepoint = session.begin_nested()
            tell(session, house.happened(3))
            savepoint.rollback()
            with session.begin_nested():
                tell(session, house.happened(4))
        with session.begin():
            session.add(ExampleOwner(name="nothing told"))
    rows = [row for row in house.waiting() if row.plugin == "left"]
    assert [row.payload for row in rows] == ['{"number":2}', '{"number":4}']
    assert [row.position for row in house.waiting()] == [1, 2, 3, 4]


def test_positions_follow_the_order_of_commits(house: House) -> None:
    with session_at(house) as slow:
        slow.begin()
        if house.installation.engine.dialect.name == "postgresql":
            tell(slow, house.happened(1))  # told first, committed last; SQLite lets one write at a time
            house.tell(2)
            slow.commit()
            assert [row.payload for row in house.waiting()][::2] == ['{"number":2}', '{"number":1}']
        else:
            slow.commit()
            house.tell(1, 2)
            assert [row.payload for row in house.waiting()][::2] == ['{"number":1}', '{"number":2}']


def test_many_at_once_get_positions_without_gaps_or_repeats(house: House) -> None:
    threads = [threading.Thread(target=house.tell, args=range(at, at + 5)) for at in (0, 10, 20, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row.position for row in house.waiting()] == list(range(1, 41))


def test_listeners_are_woken_after_the_commit_and_only_then(house: House) -> None:
    woken: list[UUID] = []
    outbox_of(house.installation.engine).listen(woken.append)
    with session_at(house) as session:
        with session.begin():
            tell(session, house.happened(1))
            assert woken == []
        assert woken == [house.tenants["a"]]
        session.begin()
        tell(session, house.happened(1))
        session.rollback()
        with session.begin():
            session.add(ExampleOwner(name="quiet"))
    assert len(woken) == 1


def test_telling_what_nobody_declared_or_where_nobody_listens_is_refused(house: House, database: Database) -> None:
    with session_at(house) as session, session.begin(), pytest.raises(LuwteError, match="no declared event"):
        tell(session, EventTold(uuid4(), "x", 1, datetime.now(UTC), 1))
    plain = tenant_session(database.engine, house.tenants["a"])
    with plain as session, session.begin(), pytest.raises(LuwteError, match="engine of an installation"):
        tell(session, house.happened(1))


def test_who_is_told_twice_at_the_same_time_is_told_once(house: House) -> None:
    house.tell(1)
    with session_at(house) as session, session.begin():
        due = heads(session, ["left"], datetime.now(UTC))[0]
    kind = house.installation.plugins.plugins["teller"].events[0]

    def handler(session: TenantSession, event: EventTold) -> None:
        session.add(ExampleOwner(name=str(repeatable_id(event, "owner"))))

    subscription = Subscription("teller.happened", 1, handler)
    with session_at(house) as session, session.begin():
        tell_row(session, due.row_id, kind, subscription)
    with session_at(house) as session, pytest.raises(ToldAlready), session.begin():
        tell_row(session, due.row_id, kind, subscription)
    assert [row.plugin for row in house.waiting()] == ["right"]


def test_an_id_for_what_a_handler_makes_is_the_same_each_time() -> None:
    event = EventTold(uuid4(), "x.y", 1, datetime.now(UTC), None)
    assert repeatable_id(event, "row") == repeatable_id(event, "row") != repeatable_id(event, "letter")


def test_events_are_forgotten_by_age_and_by_plugin(house: House) -> None:
    house.tell(1)
    with session_at(house) as session, session.begin():
        assert forget_events(session, datetime(2020, 1, 1, tzinfo=UTC)) == 0
        assert forget_plugin(session, "left") == 1
        assert forget_events(session, datetime.now(UTC)) == 1


class Colour(Enum):
    """One of a few."""

    RED = "red"


@dataclass(frozen=True)
class Facts:
    """Ids and facts."""

    who: UUID
    at: datetime
    by: Literal["seeker", "helper"]
    colour: Colour | None = None
    others: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Text:
    """Could be anything."""

    words: str


@dataclass(frozen=True)
class Hidden:
    """Text, further in."""

    words: tuple[int, dict[str, str]] | None


@dataclass
class Changeable:
    """Not frozen."""

    number: int


def test_facts_survive_as_json() -> None:
    facts = Facts(uuid4(), datetime.now(UTC), "seeker", Colour.RED, (uuid4(),))
    kind = EventType("x.facts", 1, Facts)
    check_schema(kind)
    assert from_json(kind, 1, to_json(facts)) == (1, facts)


@pytest.mark.parametrize("schema", [Text, Hidden, Changeable, dict])
def test_a_schema_that_could_hold_content_or_change_is_refused(schema: type) -> None:
    with pytest.raises(LuwteError, match=r"x\.y has"):
        check_schema(EventType("x.y", 1, schema))


def test_a_value_that_its_fields_do_not_allow_is_refused() -> None:
    with pytest.raises(LuwteError, match="fields do not allow"):
        to_json(Facts("my secret", datetime.now(UTC), "seeker"))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Newer:
    """What an event became."""

    number: int
    half: int


def test_an_older_version_is_lifted_step_by_step() -> None:
    lifts = {
        1: lambda stored: {"number": stored["n"]},
        2: lambda stored: {**stored, "half": stored["number"] // 2},
    }
    kind = EventType("x.y", 3, Newer, lifts)
    assert from_json(kind, 1, '{"n": 8}') == (3, Newer(8, 4))
    assert from_json(kind, 2, '{"number": 6}') == (3, Newer(6, 3))


def test_an_older_version_without_a_lift_is_told_as_it_is() -> None:
    kind = EventType("x.y", 3, Newer)
    assert from_json(kind, 1, '{"n": 8}') == (1, {"n": 8})
    assert from_json(kind, 2, '{"number": 8, "half": 4}') == (2, Newer(8, 4))


def test_a_plugin_whose_event_could_hold_content_does_not_start(house: House) -> None:
    plugin = house.installation.plugins.plugins["teller"]
    careless = replace(plugin, events=(EventType("teller.said", 1, Text),))
    host = SimpleNamespace(plugins={"teller": careless})
    with pytest.raises(LuwteError, match="could hold content"):
        Outbox(host, house.installation.directory, house.installation.clock)  # type: ignore[arg-type]


def test_rows_are_the_organisations_own(house: House) -> None:
    house.tell(1)
    with session_at(house, "b") as session, session.begin():
        assert session.find(OutboxEvent, house.waiting("a")[0].id) is None
