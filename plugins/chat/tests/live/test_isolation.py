"""P6 in a conversation that is going on: another organisation's people cannot take, read, end or disturb it."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from core.testing.live import LiveClient
from core.testing.server import RunningServer
from core.testing.staff import signed_in_staff

from .people import Helper, Seeker, some_entry

pytestmark = pytest.mark.promise_p6

HOME, ABROAD = "luisterboom", "thuisanker-noord"
SETTLED = 1.3
"""Seconds after which the queue has been told, at most once a second."""


def tries(conversation: str) -> list[tuple[str, dict[str, Any]]]:
    """Everything that can be asked about a conversation."""
    about = {"conversation": conversation}
    return [
        ("chat.take", about),
        ("chat.send", {**about, "entry": some_entry(conversation, "helper")}),
        ("chat.resume", {**about, "after": 0}),
        ("chat.typing", {**about, "on": True}),
        ("chat.end", about),
    ]


async def test_strangers_neither_see_nor_disturb_a_running_conversation(
    shared_server: RunningServer, promise_report: Callable[[str], None]
) -> None:
    cookies = {
        slug: signed_in_staff(shared_server, slug, [f"apart-{slug}"], frozenset({"helper"}))[0]
        for slug in (HOME, ABROAD)
    }
    async with (
        Seeker.at(shared_server, HOME) as seeker,
        Helper.at(shared_server, HOME) as helper,
        Seeker.at(shared_server, ABROAD) as far_seeker,
        Helper.at(shared_server, ABROAD) as far_helper,
    ):
        await _talk(seeker, helper, cookies[HOME])
        await far_seeker.arrive()
        await far_helper.arrive_with(cookies[ABROAD])
        far_queue = await far_helper.watch()
        assert seeker.conversation not in str(far_queue)
        await asyncio.sleep(SETTLED)
        await _say(seeker, helper, "voor")

        told = _heard(seeker, helper)
        for stranger in (far_seeker, far_helper):
            for event, payload in tries(seeker.conversation):
                never = {**payload, "conversation": str(uuid4())}
                assert await stranger.ask(event, payload) == await stranger.ask(event, never) == {"error": "not_found"}
        await asyncio.sleep(SETTLED)
        assert _heard(seeker, helper) == told

        await _say(seeker, helper, "na")
        assert await seeker.texts() == await helper.texts() == ["voor", "na"]
        assert seeker.conversation not in f"{far_seeker.heard} {far_helper.heard}"
    promise_report(
        f"a running conversation: {2 * len(tries(str(uuid4())))} tries from abroad, nothing seen or disturbed"
    )


async def _talk(seeker: Seeker, helper: Helper, cookie: str) -> None:
    await seeker.arrive()
    await seeker.wait()
    await helper.arrive_with(cookie)
    await helper.watch()
    assert "error" not in await helper.take(seeker.conversation)


async def _say(seeker: Seeker, helper: Helper, text: str) -> None:
    """Says something that the other side hears: its connection is alive."""
    assert "error" not in await seeker.say(text)
    await helper.hears(text)


def _heard(*clients: LiveClient) -> list[dict[str, int]]:
    return [{event: len(news) for event, news in client.heard.items() if news} for client in clients]


async def test_who_leaves_abroad_with_the_same_cookie_ends_nothing_at_home(shared_server: RunningServer) -> None:
    async with Seeker.at(shared_server, HOME) as seeker:
        cookie = "same-cookie-everywhere".ljust(43, "x")
        seeker.give_cookie("seeker", cookie)
        await seeker.arrive()
        await seeker.wait()
        answer, _ = shared_server.get(f"{ABROAD}.localhost", "/weg", {"Cookie": f"seeker={cookie}"})
        assert answer.status == 303
        assert (await seeker.ask("chat.hello", {}))["state"] == "waiting"
        shared_server.get(seeker.host, "/weg", {"Cookie": f"seeker={cookie}"})
        assert (await seeker.ask("chat.hello", {}))["state"] == "ended"
