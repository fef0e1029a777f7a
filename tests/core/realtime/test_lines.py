"""Lines below the sockets: long-polling as browsers do it, and lines on which nobody shows a token."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import aiohttp
import pytest

from core.realtime import sockets
from tests.core.realtime.house import HERE, Opener, TeaHouse, opener

__all__ = ["opener"]

PAGE = f"http://{HERE}.localhost:6543"


def run(work: Coroutine[Any, Any, None]) -> None:
    """Runs a test's work, with an end."""
    asyncio.run(asyncio.wait_for(work, 60))


@pytest.fixture(name="house")
def _house(opener: Opener) -> Opener:
    return opener


async def _poll(tea: TeaHouse, origin: str | None) -> int:
    headers = {"Host": f"{HERE}.localhost:6544"} | ({"Origin": origin} if origin else {})
    address = f"http://127.0.0.1:{tea.port}/socket.io/?EIO=4&transport=polling"
    async with aiohttp.ClientSession(headers=headers) as browser, browser.get(address) as answer:
        await answer.read()
        return answer.status


def test_a_page_of_the_same_origin_may_poll(house: Opener) -> None:
    """Behind a proxy pages and sockets have one origin, and browsers do not name it with a GET."""

    async def work() -> None:
        async with house() as tea:
            assert await _poll(tea, None) == 200
            assert await _poll(tea, PAGE) == 200
            for foreign in ("https://evil.example", "null", f"{PAGE}@evil.example", f"http://{HERE}.localhost"):
                assert await _poll(tea, foreign) == 400

    run(work())


def test_a_line_without_a_socket_is_ended(house: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "CONNECT_WITHIN", 0.3)

    async def work() -> None:
        async with house() as tea:
            client = await tea.connect(tea.token())
            for _ in range(20):
                await _poll(tea, PAGE)
            assert await tea.refused("no token") == "token"
            lines = tea.server.sockets.eio.sockets
            assert len(lines) > 20
            await tea.until(lambda: len(lines) == 1)
            await asyncio.sleep(0.5)
            assert await client.call("tea.sip", {}) == {"size": 0}, "who showed a token may be silent"

    run(work())


def test_who_answers_no_ping_is_ended_and_who_answers_stays(house: Opener) -> None:
    """By a WebSocket and by polling alike; the plugin hears a farewell for the socket that was on the line."""

    async def work() -> None:
        async with house() as tea:
            engine = tea.server.sockets.eio
            engine.ping_interval = engine.ping_timeout = 0.3
            alive = await tea.connect(tea.token("ada"))
            await _poll(tea, PAGE)
            headers = {"Host": f"{HERE}.localhost:6544", "Origin": PAGE}
            address = f"http://127.0.0.1:{tea.port}/socket.io/?EIO=4&transport=websocket"
            async with aiohttp.ClientSession(headers=headers) as browser, browser.ws_connect(address) as silent:
                await silent.receive_str()
                await silent.send_str(f'40{{"token":"{tea.token("ben")}"}}')
                await tea.until(lambda: len(tea.server.context.connections) == 2)
                heard = [message.data async for message in silent]
                assert "2" in heard, "it was asked"
                assert silent.closed
            await tea.until(lambda: len(engine.sockets) == len(tea.server.context.connections) == 1)
            await asyncio.sleep(1.5)
            assert await alive.call("tea.sip", {}) == {"size": 0}

    run(work())


def test_what_is_no_packet_ends_its_line_and_no_other(house: Opener) -> None:
    async def work() -> None:
        async with house() as tea:
            alive = await tea.connect(tea.token("ada"))
            headers = {"Host": f"{HERE}.localhost:6544", "Origin": PAGE}
            address = f"http://127.0.0.1:{tea.port}/socket.io/?EIO=4&transport=websocket"
            for nonsense in ("x", "", "9", "4x", "42[", "42{}", "6", "4" * 70_000):
                async with aiohttp.ClientSession(headers=headers) as browser, browser.ws_connect(address) as rude:
                    await rude.receive_str()
                    await rude.send_str(nonsense)
                    await rude.send_str("41")
            assert await alive.call("tea.sip", {}) == {"size": 0}

    run(work())
