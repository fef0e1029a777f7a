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
