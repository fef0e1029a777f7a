"""What is kept for a moment and never stored: in this process's memory, or in the Redis that keeps nothing on disk."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Protocol
from uuid import UUID

import structlog
from redis import Redis
from redis.exceptions import RedisError

from core.anonymity.tags import refuse_persistence
from core.configuration import Configuration
from core.errors import LuwteError
from core.tenancy.keys import tenant_key

_REDIS_PREFIX = "luwte:passing:"
_REDIS_PATIENCE = 0.5  # seconds
_log = structlog.get_logger("luwte.anonymity")


class Passing(Protocol):
    """Small secrets with a time to live. Losing one is no failure: whoever needs it must do without."""

    def put(self, tenant_id: UUID, name: str, content: bytes, seconds: int) -> None:
        """Keeps it so long from now on, in the place of what was there."""

    def get(self, tenant_id: UUID, name: str) -> bytes | None:
        """What is kept there; None when nothing is (any more)."""

    def drop(self, tenant_id: UUID, name: str) -> None:
        """Forgets it now."""

    def sweep(self) -> None:
        """Forgets what has had its time."""


@dataclass(frozen=True, slots=True)
class _Kept:
    content: bytes
    until: float


class MemoryPassing:
    """In the memory of one process: gone with it."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """`clock` gives seconds that only go forward."""
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[str, _Kept] = {}

    def put(self, tenant_id: UUID, name: str, content: bytes, seconds: int) -> None:
        """Keeps it so long from now on, in the place of what was there."""
        with self._lock:
            self._kept[tenant_key(tenant_id, name)] = _Kept(content, self._clock() + seconds)

    def get(self, tenant_id: UUID, name: str) -> bytes | None:
        """What is kept there; None when nothing is (any more)."""
        with self._lock:
            kept = self._kept.get(tenant_key(tenant_id, name))
            return kept.content if kept and self._clock() < kept.until else None

    def drop(self, tenant_id: UUID, name: str) -> None:
        """Forgets it now."""
        with self._lock:
            self._kept.pop(tenant_key(tenant_id, name), None)

    def sweep(self) -> None:
        """Forgets what has had its time."""
        with self._lock:
            now = self._clock()
            for name in [name for name, kept in self._kept.items() if kept.until <= now]:
                del self._kept[name]


class RedisPassing:
    """In the Redis that all processes share; Redis itself forgets in time. One that is away keeps nothing."""

    def __init__(self, redis: Redis) -> None:
        """`redis` answers bytes. Nothing is written to it before it said that it writes nothing to disk."""
        self._redis = redis
        self._checked = False

    def put(self, tenant_id: UUID, name: str, content: bytes, seconds: int) -> None:
        """Keeps it so long from now on, in the place of what was there."""
        try:
            self._check()
            self._redis.set(_REDIS_PREFIX + tenant_key(tenant_id, name), content, ex=seconds)
        except (RedisError, OSError) as error:
            _away(error)

    def get(self, tenant_id: UUID, name: str) -> bytes | None:
        """What is kept there; None when nothing is (any more)."""
        try:
            content = self._redis.get(_REDIS_PREFIX + tenant_key(tenant_id, name))
        except (RedisError, OSError) as error:
            _away(error)
            return None
        return content if isinstance(content, bytes) else None

    def drop(self, tenant_id: UUID, name: str) -> None:
        """Forgets it now."""
        try:
            self._redis.delete(_REDIS_PREFIX + tenant_key(tenant_id, name))
        except (RedisError, OSError) as error:
            _away(error)

    def sweep(self) -> None:
        """Redis does it by itself."""

    def _check(self) -> None:
        if self._checked:
            return
        try:
            refuse_persistence(self._redis)
        except LuwteError as error:
            raise RedisError("it writes to disk") from error
        self._checked = True


def make_passing(configuration: Configuration) -> Passing:
    """In memory, or in the Redis that all processes of the installation share."""
    if configuration.redis is None:
        return MemoryPassing()
    patience = {"socket_timeout": _REDIS_PATIENCE, "socket_connect_timeout": _REDIS_PATIENCE}
    return RedisPassing(Redis.from_url(configuration.redis, **patience))


def _away(error: Exception) -> None:
    _log.warning("anonymity.store_failed", type=type(error).__name__)
