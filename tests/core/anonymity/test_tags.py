"""Tags count people without knowing them, and never stand in anybody's way when something fails."""

import copy
import gc
import os
import pickle
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from limits.storage import MemoryStorage
from redis import Redis
from redis.exceptions import ConnectionError as NoConnection

from core.anonymity.tag_store import MemoryTags
from core.anonymity.tags import KEY_LIFE, MemoryKey, RedisKey, Tags, refuse_persistence
from core.errors import LuwteError

HOME = ip_address("203.0.113.9")
OTHER = ip_address("203.0.113.10")


class BrokenStorage(MemoryStorage):
    """A store that is away, and counts how often it was asked."""

    asked = 0

    def acquire_sliding_window_entry(self, *arguments: object, **named: object) -> bool:
        self.asked += 1
        raise NoConnection("redis://:password@10.0.0.1 is away")


def test_the_limit_holds_for_one_home_and_only_for_it() -> None:
    tags = Tags()
    answers = [tags.visitor(HOME, "luisterboom.localhost").hit("chat.start", "2 per hour") for _ in range(3)]
    assert answers == [True, True, False]
    assert tags.visitor(OTHER, "luisterboom.localhost").hit("chat.start", "2 per hour")


def test_purposes_and_carriers_are_counted_apart() -> None:
    tags = Tags()
    assert tags.visitor(HOME, "a").hit("x", "1 per hour")
    assert not tags.visitor(HOME, "a").hit("x", "1 per hour")
    assert tags.visitor(HOME, "a").hit("y", "1 per hour")
    assert tags.visitor(HOME, "b").hit("x", "1 per hour")


def test_who_has_no_known_address_is_let_in() -> None:
    visitor = Tags().visitor(None, "a")
    assert all(visitor.hit("x", "1 per hour") for _ in range(5))


def test_a_failing_store_lets_people_in_and_is_left_alone_for_a_while() -> None:
    storage = BrokenStorage()
    tags = Tags(storage=storage)
    assert all(tags.visitor(HOME, "a").hit("x", "1 per hour") for _ in range(5))
    assert storage.asked == 1


def test_a_failing_key_lets_people_in() -> None:
    class NoKey:
        def current(self) -> bytes:
            raise NoConnection("away")

    visitor = Tags(key=NoKey()).visitor(HOME, "a")
    assert all(visitor.hit("x", "1 per hour") for _ in range(3))


@pytest.mark.promise_p2
def test_a_home_shares_in_a_time_out_that_was_given_by_the_tag_it_left() -> None:
    now = [datetime(2026, 11, 22, tzinfo=UTC)]
    tags = Tags(clock=lambda: now[0])
    tags.visitor(HOME, "a").hold("talk")
    assert not tags.visitor(HOME, "a").shares_time_out()
    tags.mark("talk", now[0] + timedelta(hours=1))
    tags.mark("never held", now[0] + timedelta(hours=1))
    assert tags.visitor(HOME, "a").shares_time_out()
    assert not tags.visitor(OTHER, "a").shares_time_out(), "another home"
    assert not tags.visitor(HOME, "b").shares_time_out(), "another organisation"
    assert not tags.visitor(None, "a").shares_time_out()
    now[0] += timedelta(hours=1)
    assert not tags.visitor(HOME, "a").shares_time_out()


@pytest.mark.promise_p2
def test_a_tag_is_let_go_of_when_it_was_said_and_with_the_key_at_the_latest() -> None:
    now = [datetime(2026, 11, 22, tzinfo=UTC)]
    tags = Tags(clock=lambda: now[0])
    far = now[0] + timedelta(days=7)
    tags.visitor(HOME, "a").hold("talk")
    tags.release("talk", timedelta(minutes=10))
    tags.release("talk", timedelta(minutes=40))
    now[0] += timedelta(minutes=10)
    tags.mark("talk", far)
    assert not tags.visitor(HOME, "a").shares_time_out(), "it was let go of after ten minutes, whatever was said later"
    tags.visitor(HOME, "a").hold("talk")
    tags.mark("talk", far)
    assert tags.visitor(HOME, "a").shares_time_out()
    now[0] += KEY_LIFE
    assert not tags.visitor(HOME, "a").shares_time_out(), "nobody matches a tag whose key is gone"


@pytest.mark.promise_p2
def test_a_store_that_is_away_costs_nobody_anything() -> None:
    class Away(MemoryTags):
        def put(self, name: str, value: bytes, keep: timedelta) -> None:
            raise NoConnection("away")

        def get(self, name: str) -> bytes | None:
            raise NoConnection("away")

    tags = Tags(store=Away())
    visitor = tags.visitor(HOME, "a")
    visitor.hold("talk")
    tags.mark("talk", datetime.now(UTC) + timedelta(hours=1))
    assert not visitor.shares_time_out()


def test_a_limit_that_cannot_be_read_is_the_callers_fault() -> None:
    with pytest.raises(ValueError, match="parse"):
        Tags().visitor(HOME, "a").hit("x", "now and then")


@pytest.mark.parametrize("later", [KEY_LIFE, KEY_LIFE + timedelta(days=3), timedelta(seconds=-1)])
def test_the_key_is_replaced_within_a_day_and_when_the_clock_goes_back(later: timedelta) -> None:
    now = [datetime(2026, 11, 22, tzinfo=UTC)]
    key = MemoryKey(lambda: now[0])
    first = key.current()
    assert key.current() == first
    now[0] += later
    assert key.current() != first
    assert len(first) == 32


@pytest.mark.promise_p2
def test_counts_under_an_old_key_match_nobody() -> None:
    now = [datetime(2026, 11, 22, tzinfo=UTC)]
    tags = Tags(MemoryKey(lambda: now[0]))
    assert tags.visitor(HOME, "a").hit("x", "1 per month")
    now[0] += KEY_LIFE
    assert tags.visitor(HOME, "a").hit("x", "1 per month")


def test_a_visitor_shows_nothing() -> None:
    visitor = Tags().visitor(HOME, "a")
    assert repr(visitor) == "<Visitor>"
    assert not hasattr(visitor, "__dict__")
    assert [name for name in dir(visitor) if not name.startswith("__")] == ["earlier", "hit", "hold", "shares_time_out"]
    assert gc.get_referents(visitor) in ([], [type(visitor)])
    for store in (pickle.dumps, lambda it: it.__reduce_ex__(2)):
        with pytest.raises(TypeError, match="cannot be stored"):
            store(visitor)
    assert copy.deepcopy(visitor) is visitor


def test_two_visits_of_one_person_cannot_be_linked() -> None:
    tags = Tags()
    one, two = tags.visitor(HOME, "a"), tags.visitor(HOME, "a")
    assert one != two
    assert one.hit("x", "1 per hour") is True
    assert two.hit("x", "1 per hour") is False


class FakeRedis:
    """Answers CONFIG GET as a Redis with these settings does."""

    def __init__(self, save: str, appendonly: str) -> None:
        self._settings = {b"save": save.encode(), b"appendonly": appendonly.encode()}

    def config_get(self, name: str) -> dict[bytes, bytes]:
        return {name.encode(): self._settings[name.encode()]}


@pytest.mark.promise_p2
@pytest.mark.parametrize("save, appendonly", [("3600 1 300 100", "no"), ("", "yes")])
def test_a_redis_that_writes_to_disk_is_refused(save: str, appendonly: str) -> None:
    with pytest.raises(LuwteError, match="writes to disk"):
        refuse_persistence(FakeRedis(save, appendonly))  # type: ignore[arg-type]  # stands in for a Redis
    refuse_persistence(FakeRedis("", "no"))  # type: ignore[arg-type]  # stands in for a Redis


@pytest.fixture
def redis() -> Redis:
    """A database of its own on the test Redis, empty before and after."""
    address = os.environ.get("LUWTE_TEST_REDIS", "redis://127.0.0.1:6379")
    client: Redis = Redis.from_url(address, db=11)
    client.flushdb()
    return client


def test_processes_share_the_key_in_redis_and_redis_drops_it(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.anonymity.tags.refuse_persistence", lambda redis: None)
    assert RedisKey(redis).current() == RedisKey(redis).current()
    assert 0 < redis.ttl("luwte:anonymity:key") <= KEY_LIFE.total_seconds()
    redis.flushdb()


@pytest.mark.promise_p2
def test_nothing_is_written_to_a_redis_that_stores(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis, "config_get", lambda name: {b"save": b"60 1", b"appendonly": b"no"})
    visitor = Tags(RedisKey(redis)).visitor(HOME, "a")
    assert visitor.hit("x", "1 per hour")
    assert redis.keys() == []
