"""One-time names: in memory for one process, in Redis for several; without Redis people get in."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from redis import Redis, RedisError

from core.access.once import MemoryOnce, RedisOnce, make_once_store
from core.configuration import read_configuration

NOW = datetime(2026, 11, 23, 16, tzinfo=UTC)
MINUTE = timedelta(seconds=60)
REDIS = os.environ.get("LUWTE_TEST_REDIS", "127.0.0.1:6379").removeprefix("redis://")


def test_memory_forgets_names_when_they_expire() -> None:
    moment = [NOW]
    once = MemoryOnce(lambda: moment[0])
    assert once.first_use("a", MINUTE)
    assert not once.first_use("a", MINUTE)
    moment[0] += timedelta(seconds=30)
    assert all(once.first_use(str(number), MINUTE) for number in range(100))
    assert not once.first_use("a", MINUTE)
    moment[0] = NOW + timedelta(seconds=91)
    assert once.first_use("b", MINUTE)
    assert len(once._used) == len(once._by_end) == 1


@pytest.fixture
def prefix() -> Iterator[str]:
    redis, prefix = Redis.from_url(f"redis://{REDIS}"), f"luwte:test:{uuid4()}:"
    try:
        redis.ping()
    except RedisError:
        pytest.skip(f"no Redis at {REDIS}: one-time tokens over several processes were left out")
    yield prefix
    redis.delete(prefix + "a")
    redis.close()


def test_two_processes_share_what_is_used_in_redis(prefix: str) -> None:
    clients = [Redis.from_url(f"redis://{REDIS}") for _ in range(2)]
    one, two = (RedisOnce(client, prefix) for client in clients)
    assert one.first_use("a", MINUTE)
    assert not two.first_use("a", MINUTE)
    assert 0 < clients[0].pttl(prefix + "a") <= 60_000
    for client in clients:
        client.close()


def test_without_redis_people_get_in() -> None:
    once = RedisOnce.at("redis://127.0.0.1:1")
    assert once.first_use("a", MINUTE)
    assert once.first_use("a", MINUTE)


def test_the_installation_decides_which_store() -> None:
    alone = read_configuration({})
    several = read_configuration({"luwte.redis": "redis://127.0.0.1:1"})
    assert isinstance(make_once_store(alone, lambda: NOW), MemoryOnce)
    assert isinstance(make_once_store(several, lambda: NOW), RedisOnce)
