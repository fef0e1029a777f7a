"""Tags are kept for a while and no longer: in memory, and in the Redis that several processes share."""

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from redis import Redis

from core.anonymity.tag_store import MemoryTags, RedisTags, TagStore
from core.testing.clocks import FixedClock

pytestmark = pytest.mark.promise_p2

HOUR = timedelta(hours=1)


def in_memory() -> TagStore:
    return MemoryTags()


def in_redis() -> TagStore:
    address = os.environ.get("LUWTE_TEST_REDIS", "redis://127.0.0.1:6379")
    redis: Redis = Redis.from_url(address, db=11)
    redis.flushdb()
    return RedisTags(redis, lambda: None)


@pytest.mark.parametrize("make", [in_memory, in_redis])
def test_what_is_put_is_found_until_it_is_over(make: Callable[[], TagStore]) -> None:
    store = make()
    assert store.get("a") is None
    store.put("a", b"1", HOUR)
    store.put("a", b"2", HOUR)
    assert (store.get("a"), store.get("b")) == (b"2", None)
    store.shorten("a", 2 * HOUR)
    store.shorten("b", HOUR)
    assert store.get("a") == b"2"
    store.shorten("a", timedelta())
    assert store.get("a") is None


def test_redis_drops_a_tag_by_itself_and_never_keeps_it_longer() -> None:
    address = os.environ.get("LUWTE_TEST_REDIS", "redis://127.0.0.1:6379")
    redis: Redis = Redis.from_url(address, db=11)
    redis.flushdb()
    store = RedisTags(redis, lambda: None)
    store.put("a", b"1", HOUR)
    (key,) = redis.keys()
    assert 0 < redis.ttl(key) <= 3600
    store.shorten("a", HOUR / 60)
    store.shorten("a", HOUR)
    assert 0 < redis.ttl(key) <= 60
    redis.flushdb()


def test_memory_forgets_what_is_over_though_nobody_asks(clock: FixedClock) -> None:
    store = MemoryTags(clock)
    for number in range(100):
        store.put(str(number), b"1", HOUR)
    clock.advance(hours=2)
    store.put("last", b"1", HOUR)
    assert list(store._kept) == ["last"]
