"""Where tags are kept for a while, so that a time-out can be given: in memory, or in a Redis that stores nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

from redis import Redis

from core.clock import Clock, utc_now

_REDIS_PREFIX = "luwte:anonymity:tags:"
_TIDY_EVERY = timedelta(minutes=1)


class TagStore(Protocol):
    """Small values by name, each for a while. May raise whatever its store raises."""

    def put(self, name: str, value: bytes, keep: timedelta) -> None:
        """Keeps the value for so long; an older value of this name is gone."""

    def get(self, name: str) -> bytes | None:
        """The value, as long as it is kept."""

    def shorten(self, name: str, keep: timedelta) -> None:
        """Keeps the value no longer than this from now on; one that ends sooner anyway does."""


class MemoryTags:
    """For an installation of one process; gone with it."""

    def __init__(self, clock: Clock = utc_now) -> None:
        """`clock` says when a value is over."""
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[str, tuple[bytes, datetime]] = {}
        self._tidied = clock()

    def put(self, name: str, value: bytes, keep: timedelta) -> None:
        """As TagStore says."""
        now = self._clock()
        with self._lock:
            self._tidy(now)
            self._kept[name] = (value, now + keep)

    def get(self, name: str) -> bytes | None:
        """As TagStore says."""
        now = self._clock()
        with self._lock:
            value, end = self._kept.get(name, (None, now))
            return value if now < end else None

    def shorten(self, name: str, keep: timedelta) -> None:
        """As TagStore says."""
        now = self._clock()
        with self._lock:
            if name in self._kept:
                value, end = self._kept[name]
                self._kept[name] = (value, min(end, now + keep))

    def _tidy(self, now: datetime) -> None:
        if abs(now - self._tidied) < _TIDY_EVERY:
            return
        self._tidied = now
        self._kept = {name: kept for name, kept in self._kept.items() if now < kept[1]}


class RedisTags:
    """For an installation of several processes. Nothing is asked of the Redis before `check` let it pass."""

    def __init__(self, redis: Redis, check: Callable[[], None]) -> None:
        """`redis` answers bytes; `check` raises RedisError for one that writes to disk."""
        self._redis = redis
        self._check = check

    def put(self, name: str, value: bytes, keep: timedelta) -> None:
        """As TagStore says."""
        self._check()
        self._redis.set(_REDIS_PREFIX + name, value, px=keep)

    def get(self, name: str) -> bytes | None:
        """As TagStore says."""
        self._check()
        value = self._redis.get(_REDIS_PREFIX + name)
        return value if isinstance(value, bytes) else None

    def shorten(self, name: str, keep: timedelta) -> None:
        """As TagStore says. Redis answers -2 for a name that it does not know."""
        self._check()
        if int(self._redis.pttl(_REDIS_PREFIX + name)) > keep / timedelta(milliseconds=1):
            self._redis.pexpire(_REDIS_PREFIX + name, keep)
