"""What is kept for a moment: gone in time, apart for each organisation, and never in a Redis that writes to disk."""

from typing import Any
from uuid import uuid4

import pytest
from redis.exceptions import ConnectionError as RedisAway

from core.anonymity.passing import MemoryPassing, RedisPassing

HERE, THERE = uuid4(), uuid4()


class Time:
    """Seconds that only go forward."""

    def __init__(self) -> None:
        """Begins somewhere."""
        self.now = 1000.0

    def __call__(self) -> float:
        """The present second."""
        return self.now


class Redis:
    """As much of a Redis as is asked: it remembers what it was told, and whether it writes to disk."""

    def __init__(self, save: str = "") -> None:
        """`save` as in its settings."""
        self.save, self.kept, self.away = save, dict[str, bytes](), False

    def config_get(self, name: str) -> dict[str, str]:
        """A setting."""
        return {"save": self.save} if name == "save" else {"appendonly": "no"}

    def set(self, name: str, content: bytes, ex: int) -> None:
        """Keeps something."""
        if self.away:
            raise RedisAway
        self.kept[name] = content

    def get(self, name: str) -> bytes | None:
        """What is kept."""
        if self.away:
            raise RedisAway
        return self.kept.get(name)

    def delete(self, name: str) -> None:
        """Forgets something."""
        self.kept.pop(name, None)


def test_it_is_gone_in_time_and_not_before() -> None:
    time = Time()
    passing = MemoryPassing(time)
    passing.put(HERE, "half", b"secret", 600)
    time.now += 599
    assert passing.get(HERE, "half") == b"secret"
    time.now += 1
    assert passing.get(HERE, "half") is None
    passing.sweep()
    assert passing._kept == {}


def test_each_put_begins_its_time_anew_and_a_drop_ends_it() -> None:
    time = Time()
    passing = MemoryPassing(time)
    for _ in range(5):
        passing.put(HERE, "half", b"secret", 600)
        time.now += 500
    passing.sweep()
    assert passing.get(HERE, "half") == b"secret"
    passing.drop(HERE, "half")
    assert passing.get(HERE, "half") is None


@pytest.mark.parametrize("make", [MemoryPassing, lambda: RedisPassing(_as_redis(Redis()))])
def test_organisations_never_meet(make: Any) -> None:
    passing = make()
    passing.put(HERE, "half", b"secret", 600)
    assert passing.get(HERE, "half") == b"secret"
    assert passing.get(THERE, "half") is None
    passing.drop(THERE, "half")
    assert passing.get(HERE, "half") == b"secret"


def test_a_redis_that_writes_to_disk_gets_nothing_and_one_that_is_away_harms_nobody() -> None:
    writes = Redis(save="60 1")
    passing = RedisPassing(_as_redis(writes))
    passing.put(HERE, "half", b"secret", 600)
    assert writes.kept == {}
    assert passing.get(HERE, "half") is None
    away = Redis()
    passing = RedisPassing(_as_redis(away))
    away.away = True
    passing.put(HERE, "half", b"secret", 600)
    assert passing.get(HERE, "half") is None


def _as_redis(redis: Redis) -> Any:
    return redis
