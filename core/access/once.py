"""Remembering for a minute which one-time tokens were used."""

from datetime import datetime, timedelta
from heapq import heappop, heappush
from threading import Lock
from typing import Protocol

import structlog
from redis import Redis, RedisError

from core.clock import Clock
from core.configuration import Configuration

log = structlog.get_logger("luwte.access")

_REDIS_PATIENCE_S = 0.5


class OnceStore(Protocol):
    """Says of each name whether it is used for the first time."""

    def first_use(self, name: str, keep: timedelta) -> bool:
        """Whether the name was not used in the last `keep`; it is from now on.

        It may wait half a second for a network: not to be called in an event loop.
        """


class MemoryOnce:
    """For an installation of one process."""

    def __init__(self, clock: Clock) -> None:
        """`clock` says when a name may be forgotten."""
        self._clock = clock
        self._used: set[str] = set()
        self._by_end: list[tuple[datetime, str]] = []
        self._lock = Lock()

    def first_use(self, name: str, keep: timedelta) -> bool:
        """As OnceStore says; names are forgotten as they expire, so memory stays small."""
        now = self._clock()
        with self._lock:
            while self._by_end and self._by_end[0][0] <= now:
                self._used.discard(heappop(self._by_end)[1])
            if name in self._used:
                return False
            self._used.add(name)
            heappush(self._by_end, (now + keep, name))
            return True


class RedisOnce:
    """For an installation of several processes. When Redis fails, people get in: a token lives a minute only."""

    def __init__(self, redis: Redis, prefix: str = "luwte:once:") -> None:
        """`redis` is a connected client; `prefix` sets these names apart from others there."""
        self._redis = redis
        self._prefix = prefix

    @classmethod
    def at(cls, address: str) -> "RedisOnce":
        """A store in the Redis at this address (`redis://…`)."""
        patience = _REDIS_PATIENCE_S
        return cls(Redis.from_url(address, socket_timeout=patience, socket_connect_timeout=patience))

    def first_use(self, name: str, keep: timedelta) -> bool:
        """As OnceStore says; True when Redis does not answer."""
        try:
            return bool(self._redis.set(self._prefix + name, b"1", nx=True, px=keep))
        except RedisError as error:
            log.warning("one-time tokens are not checked: Redis does not answer", error=type(error).__name__)
            return True


def make_once_store(configuration: Configuration, clock: Clock) -> OnceStore:
    """The store for an installation: in Redis when it has one, else in memory."""
    return RedisOnce.at(configuration.redis) if configuration.redis else MemoryOnce(clock)
