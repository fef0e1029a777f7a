"""Tags: what is left of an address, under a key that is never stored and lives a day at most."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Any, Protocol, TypeVar

import structlog
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis import Redis
from redis.exceptions import ConnectionError, RedisError, ResponseError, TimeoutError  # noqa: A004 - redis has its own

from core.anonymity.addresses import Address, prefix
from core.anonymity.tag_store import MemoryTags, RedisTags, TagStore
from core.anonymity.visitor import Visitor, make_visitor
from core.clock import Clock, utc_now
from core.configuration import Configuration
from core.crypto.tokens import digest
from core.errors import LuwteError

KEY_LIFE = timedelta(hours=24)
"""A key is replaced before it is this old."""

_KEY_BYTES = 32
_TAG_BYTES = 8
_REDIS_KEY = "luwte:anonymity:key"
_REDIS_COUNTS = "luwte:anonymity"
_REDIS_PATIENCE = 0.2  # seconds; a page never waits longer than this for a count
_TIME_OUT = "core.time_out"
_HELD, _MARKED, _KEPT = "held:", "marked:", "kept:"
_PAUSE = 5.0  # seconds in which a store that failed is left alone

_log = structlog.get_logger("luwte.anonymity")

T = TypeVar("T")


class TagKey(Protocol):
    """Gives the key K under which tags are made."""

    def current(self) -> bytes:
        """The key of this moment (32 bytes). May raise whatever its store raises."""


class MemoryKey:
    """A key of one process: made at its first use, replaced within 24 hours, gone with the process."""

    def __init__(self, clock: Clock = utc_now) -> None:
        """`clock` tells when the key is old."""
        self._clock = clock
        self._lock = Lock()
        self._made: datetime | None = None
        self._key = b""

    def current(self) -> bytes:
        """The key of this moment."""
        now = self._clock()
        with self._lock:
            # A clock that was set back must not lengthen a key's life.
            if self._made is None or not self._made <= now < self._made + KEY_LIFE:
                self._key, self._made = os.urandom(_KEY_BYTES), now
            return self._key


class RedisKey:
    """A key that several processes share, in a Redis that keeps nothing on disk; Redis itself drops it after a day."""

    def __init__(self, redis: Redis) -> None:
        """`redis` answers bytes. Nothing is written to it before it said that it keeps nothing."""
        self._redis = redis
        self._checked = False

    def current(self) -> bytes:
        """The key of this moment. Raises RedisError, also for a Redis that writes to disk."""
        self.check()
        for _ in range(3):  # the key may run out between the two calls
            self._redis.set(_REDIS_KEY, os.urandom(_KEY_BYTES), nx=True, ex=int(KEY_LIFE.total_seconds()))
            key = self._redis.get(_REDIS_KEY)
            if isinstance(key, bytes):
                return key
        raise RedisError("no key")

    def check(self) -> None:
        """Raises RedisError for a Redis that writes to disk, or is away; it is asked until it passed once."""
        if self._checked:
            return
        try:
            refuse_persistence(self._redis)
        except LuwteError as error:
            raise RedisError("it writes to disk") from error
        self._checked = True


class Tags:
    """Makes visitors of addresses, counts what they do, and keeps a tag for a while. Nobody else ever holds one."""

    def __init__(
        self,
        key: TagKey | None = None,
        storage: Storage | None = None,
        store: TagStore | None = None,
        clock: Clock = utc_now,
    ) -> None:
        """By default key, counts (`storage`) and kept tags (`store`) live in this process alone."""
        self._key = key or MemoryKey(clock)
        self._limiter = SlidingWindowCounterRateLimiter(storage or MemoryStorage())
        self._store = store or MemoryTags(clock)
        self._clock = clock
        self._rest_until = 0.0

    def visitor(self, address: Address | None, carrier: str) -> Visitor:
        """The visitor at an address, for one carrier: the host, or the organisation, that carries the screens.

        The address is blurred and digested here and now; from this line on no part of it is held.
        """
        digested = (
            self._safely(lambda: digest(self._key.current(), "origin", carrier, prefix(address))) if address else None
        )
        return make_visitor(_Origin(digested, self._limiter, self._store, self._safely))

    def release(self, name: str, after: timedelta) -> None:
        """Forgets the tag that a visitor held under `name` when `after` has passed; sooner if that was said before."""
        self._safely(lambda: self._store.shorten(_HELD + name, after))

    def mark(self, name: str, until: datetime) -> None:
        """The address of the tag under `name` shares in a time-out until then, and as long as the key lives at most.

        Nothing happens where no tag is held any more: who got the time-out is refused by their session all the same.
        """
        self._safely(lambda: self._mark(name, until - self._clock()))

    def count(self, name: str, limit: str) -> bool:
        """Counts something of an organisation, of nobody in particular: True while it stays within `limit`."""
        read = parse(limit)
        return self._safely(lambda: self._limiter.hit(read, name)) is not False

    def keep(self, name: str, during: timedelta) -> None:
        """Remembers for all processes that something goes on, for so long."""
        self._safely(lambda: self._store.put(_KEPT + name, b"1", during))

    def is_kept(self, name: str) -> bool:
        """Whether it goes on; no where the store is away."""
        return self._safely(lambda: self._store.get(_KEPT + name)) is not None

    def _mark(self, name: str, rest: timedelta) -> None:
        tag = self._store.get(_HELD + name)
        if tag is not None and rest > timedelta():
            self._store.put(_MARKED + tag.hex(), b"1", min(rest, KEY_LIFE))

    def _safely(self, ask: Callable[[], T]) -> T | None:
        """What the store answers; None when it fails. A store that failed is not asked again for some seconds."""
        if monotonic() < self._rest_until:
            return None
        try:
            return ask()
        except (RedisError, OSError):
            self._rest_until = monotonic() + _PAUSE
            _log.warning("anonymity.store_failed")
            return None


@dataclass(frozen=True, slots=True)
class _Origin:
    """What a visitor stands for. `digested` is None where the address is not known, or the store is away."""

    digested: bytes | None
    limiter: SlidingWindowCounterRateLimiter
    store: TagStore
    safely: Callable[[Callable[[], Any]], Any]

    def hit(self, purpose: str, limit: str) -> bool:
        read, tag = parse(limit), self._tag(purpose)
        return tag is None or self.safely(lambda: self.limiter.hit(read, tag.hex())) is not False

    def earlier(self, purpose: str, limit: str) -> int:
        read, tag = parse(limit), self._tag(purpose)
        return 0 if tag is None else self.safely(lambda: _earlier(self.limiter, read, tag.hex())) or 0

    def hold(self, name: str) -> None:
        tag = self._tag(_TIME_OUT)
        if tag is not None:
            self.safely(lambda: self.store.put(_HELD + name, tag, KEY_LIFE))

    def shares_time_out(self) -> bool:
        tag = self._tag(_TIME_OUT)
        return tag is not None and self.safely(lambda: self.store.get(_MARKED + tag.hex())) is not None

    def _tag(self, purpose: str) -> bytes | None:
        return None if self.digested is None else digest(self.digested, "tag", purpose)[:_TAG_BYTES]


def _earlier(limiter: SlidingWindowCounterRateLimiter, limit: RateLimitItem, tag: str) -> int:
    limiter.hit(limit, tag)
    return max(limit.amount - limiter.get_window_stats(limit, tag).remaining - 1, 0)


def make_tags(configuration: Configuration, clock: Clock = utc_now) -> Tags:
    """The tags of one installation: in its memory, or in the Redis that all processes share.

    Raises LuwteError when that Redis writes to disk.
    """
    if configuration.redis is None:
        return Tags(clock=clock)
    redis = Redis.from_url(configuration.redis, socket_timeout=_REDIS_PATIENCE, socket_connect_timeout=_REDIS_PATIENCE)
    with suppress(ConnectionError, TimeoutError):  # away at the start: looked at again before its first use
        refuse_persistence(redis)
    storage = RedisStorage(
        configuration.redis,
        key_prefix=_REDIS_COUNTS,
        socket_timeout=_REDIS_PATIENCE,
        socket_connect_timeout=_REDIS_PATIENCE,
    )
    key = RedisKey(redis)
    return Tags(key, storage, RedisTags(redis, key.check), clock)


def refuse_persistence(redis: Redis) -> None:
    """Raises LuwteError when the Redis writes what it holds to disk, or will not say; RedisError when it is away."""
    try:
        settings = {**redis.config_get("save"), **redis.config_get("appendonly")}
    except ResponseError:
        raise LuwteError(
            "The Redis of luwte.redis does not tell whether it writes to disk: allow its CONFIG GET command, "
            "or leave luwte.redis out."
        ) from None
    if _text(settings, "save") or _text(settings, "appendonly") != "no":
        raise LuwteError(
            "The Redis of luwte.redis writes to disk, so what is left of people's addresses would be stored: "
            "start it with --save '' --appendonly no."
        )


def _text(settings: Mapping[Any, Any], name: str) -> str:
    value = settings.get(name, settings.get(name.encode(), ""))
    return value.decode() if isinstance(value, bytes) else str(value)
