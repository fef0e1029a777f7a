"""News from a process without sockets reaches those that have them, through a real Redis."""

import asyncio
import os
from uuid import uuid4

import pytest
import redis
import socketio

from core.realtime.redis_emit import RedisEmit
from core.realtime.sockets import FastJson
from core.tenancy.keys import tenant_key

REDIS = os.environ.get("LUWTE_TEST_REDIS", "redis://127.0.0.1:6379/0")


@pytest.fixture
def redis_address() -> str:
    """A Redis that answers; skips, saying so, where none does."""
    try:
        with redis.Redis.from_url(REDIS, socket_connect_timeout=1) as client:
            client.ping()
    except redis.RedisError:
        pytest.skip(f"no Redis answers at {REDIS} (LUWTE_TEST_REDIS)")
    return REDIS


class _Heard(socketio.AsyncRedisManager):  # type: ignore[misc]  # socketio ships no types
    """A listening side that keeps what it is asked to send on, instead of sending it."""

    def __init__(self, address: str) -> None:
        super().__init__(address, json=FastJson)
        self.asked: asyncio.Queue[dict[str, object]] = asyncio.Queue()

    async def _handle_emit(self, message: dict[str, object]) -> None:
        await self.asked.put(message)


async def test_news_reaches_the_processes_with_sockets(redis_address: str) -> None:
    manager = _Heard(redis_address)
    server = socketio.AsyncServer(async_mode="asgi", client_manager=manager)
    tenant_id = uuid4()
    emit = RedisEmit(redis_address)
    server.manager.initialize()
    try:
        async with asyncio.timeout(10):
            while manager.asked.empty():
                await asyncio.to_thread(emit, tenant_id, "chat.helpers", "chat.queue_changed", {"n": 1})
                await asyncio.sleep(0.1)
            message = await manager.asked.get()
    finally:
        emit.close()
        manager.thread.cancel()
        await asyncio.gather(manager.thread, return_exceptions=True)
        await manager.pubsub.aclose()
        await manager.redis.aclose()
    assert message["event"] == "chat.queue_changed"
    assert message["room"] == tenant_key(tenant_id, "chat.helpers")
    assert message["data"] == [{"n": 1}]


def test_a_redis_that_is_away_stops_nobody() -> None:
    RedisEmit("redis://127.0.0.1:1/0")(uuid4(), "chat.helpers", "chat.queue_changed", {})
