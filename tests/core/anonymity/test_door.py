"""The door is open in quiet times; in a rush it asks for work or a wait, each good for once, here, for this alone."""

import os
from ipaddress import ip_address
from pathlib import Path
from uuid import uuid4

import pytest
from limits.storage import MemoryStorage
from redis import Redis
from redis.exceptions import ConnectionError as NoConnection

from core.access.once import make_once_store
from core.anonymity.door import FROM_ONE_ADDRESS, LONGEST_WAIT, SHORTEST_WAIT, SPACING, STAYS_SHUT, Ask, Door, Knock
from core.anonymity.tags import Tags, make_tags
from core.configuration import Configuration
from core.crypto import KeyRing
from core.testing.clocks import FixedClock
from core.testing.work import solve

pytestmark = pytest.mark.promise_p13

HERE, THERE = uuid4(), uuid4()
HOME, SCHOOL = ip_address("203.0.113.9"), ip_address("203.0.113.10")
FEW = 2
"""Beginnings in a minute, in these tests."""


class Street:
    """A door, and people who knock."""

    def __init__(self, door: Door, tags: Tags) -> None:
        self.door, self.tags = door, tags

    def knock(
        self, address: object = HOME, tenant: object = HERE, action: str = "chat.start", **brought: str
    ) -> Ask | None:
        visitor = self.tags.visitor(address, "a")  # type: ignore[arg-type]  # one of those above
        return self.door.ask(Knock(tenant, action, visitor, **brought), FEW)  # type: ignore[arg-type]  # one of those above

    def rush(self) -> Ask:
        """So many come that somebody is asked."""
        for _ in range(FEW):
            assert self.knock() is None
        asked = self.knock()
        assert asked is not None
        return asked


@pytest.fixture(params=["memory", "redis"])
def street(
    request: pytest.FixtureRequest, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> Street:
    address = None
    if request.param == "redis":
        address = f"{os.environ.get('LUWTE_TEST_REDIS', 'redis://127.0.0.1:6379')}/11"
        Redis.from_url(address).flushdb()
        monkeypatch.setattr("core.anonymity.tags.refuse_persistence", lambda redis: None)
    configuration = Configuration(home=tmp_path, redis=address)
    tags = make_tags(configuration, clock)
    return Street(Door(KeyRing(tmp_path / "keys"), clock, tags, make_once_store(configuration, clock)), tags)


def test_a_rush_asks_here_and_for_this_alone(street: Street) -> None:
    asked = street.rush()
    assert asked.wait == SHORTEST_WAIT
    assert set(asked.as_json()) == {"work", "ticket", "wait"}
    assert street.knock(SCHOOL) is not None, "whoever comes, from wherever"
    assert street.knock(tenant=THERE) is None
    assert street.knock(action="forum.post") is None


def test_work_lets_in_once(street: Street) -> None:
    work = solve(street.rush().work)
    assert street.knock(tenant=THERE, work=work) is None, "there it is quiet"
    assert street.knock(SCHOOL, work=work) is None
    assert street.knock(SCHOOL, work=work) is not None, "a second time it counts for nothing"
    assert street.knock(work="nonsense") is not None


def test_who_cannot_work_waits_a_little_and_comes_in_once(street: Street, clock: FixedClock) -> None:
    asked = street.rush()
    clock.advance(seconds=asked.wait.total_seconds() - 1)
    assert street.knock(ticket=asked.ticket) is not None, "not yet"
    clock.advance(seconds=1)
    assert street.knock(ticket=asked.ticket) is None
    assert street.knock(ticket=asked.ticket) is not None, "a second time it counts for nothing"
    again = street.knock()
    assert again is not None
    clock.advance(minutes=20)
    assert (
        street.door._waited(Knock(HERE, "chat.start", street.tags.visitor(HOME, "a"), ticket=again.ticket), clock())
        is None
    )


def test_a_ticket_is_for_its_organisation_and_action(street: Street, clock: FixedClock) -> None:
    ticket = street.rush().ticket
    clock.advance(seconds=30)
    visitor = street.tags.visitor(HOME, "a")
    for tenant, action in ((THERE, "chat.start"), (HERE, "forum.post")):
        assert street.door._waited(Knock(tenant, action, visitor, ticket=ticket), clock()) is None
    assert street.door._waited(Knock(HERE, "chat.start", visitor, ticket=ticket + "x"), clock()) is None
    assert street.door._waited(Knock(HERE, "chat.start", visitor, ticket=ticket), clock()) is not None


def test_many_from_one_address_wait_longer_and_others_do_not(street: Street) -> None:
    street.rush()
    waits = [asked.wait for _ in range(3) if (asked := street.knock())]
    assert waits == [SHORTEST_WAIT + SPACING * number for number in (1, 2, 3)]
    last = [street.knock() for _ in range(70)][-1]
    assert last is not None
    assert last.wait == LONGEST_WAIT
    elsewhere = street.knock(SCHOOL)
    assert elsewhere is not None
    assert elsewhere.wait == SHORTEST_WAIT
    unknown = street.knock(None)
    assert unknown is not None
    assert unknown.wait == SHORTEST_WAIT, "whose address is not known is not punished for it"


def test_very_many_from_one_address_are_asked_in_quiet_times_too(tmp_path: Path, clock: FixedClock) -> None:
    tags = Tags(clock=clock)
    configuration = Configuration(home=tmp_path)
    door = Door(KeyRing(tmp_path / "keys"), clock, tags, make_once_store(configuration, clock))
    most = int(FROM_ONE_ADDRESS.split()[0])
    asked = [door.ask(Knock(HERE, "chat.start", tags.visitor(HOME, "a")), 1000) for _ in range(most + 1)]
    assert asked[:most] == [None] * most
    assert asked[most] is not None
    assert door.ask(Knock(HERE, "chat.start", tags.visitor(SCHOOL, "a")), 1000) is None


def test_after_a_while_of_quiet_it_is_open_again(tmp_path: Path, clock: FixedClock) -> None:
    storage = MemoryStorage()
    tags = Tags(storage=storage, clock=clock)
    door = Door(KeyRing(tmp_path / "keys"), clock, tags, make_once_store(Configuration(home=tmp_path), clock))
    street = Street(door, tags)
    street.rush()
    storage.reset()  # a minute later
    clock.advance(seconds=STAYS_SHUT.total_seconds() - 1)
    assert street.knock() is not None
    clock.advance(seconds=1)
    storage.reset()
    assert street.knock() is None


def test_where_the_stores_are_away_people_get_in(tmp_path: Path, clock: FixedClock) -> None:
    class Away(MemoryStorage):
        def acquire_sliding_window_entry(self, *arguments: object, **named: object) -> bool:
            raise NoConnection("away")

    tags = Tags(storage=Away(), clock=clock)
    street = Street(
        Door(KeyRing(tmp_path / "keys"), clock, tags, make_once_store(Configuration(home=tmp_path), clock)), tags
    )
    assert [street.knock() for _ in range(5 * FEW)] == [None] * 5 * FEW
