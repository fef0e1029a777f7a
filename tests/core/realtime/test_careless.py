"""Careless handlers over real sockets: one that floods, one that holds up everybody, one that never ends."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from core.plugin_host.budgets import FAULTS, HANGS, LONGEST_PAUSE, PAUSE, REALTIME, BudgetNews
from core.plugin_host.host import PluginHost
from core.realtime import loop_watch, server
from core.realtime.call import MOST_NEWS
from core.testing.throwaway import Workshop, workshop_in
from tests.core.realtime.house import Opener, TeaHouse, opener
from tests.core.realtime.test_server import run

__all__ = ["opener"]
pytestmark = pytest.mark.promise_p14


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    with workshop_in(tmp_path / "plugins") as opened:
        yield opened


def reports(tea: TeaHouse) -> list[BudgetNews]:
    """What the administrator is told from now on."""
    told: list[BudgetNews] = []
    tea.installation.plugins.budgets.hear(told.append)
    return told


def test_one_that_floods_is_cut_off_and_after_three_times_rests(
    opener: Opener, promise_report: Callable[[str], None]
) -> None:
    async def work() -> None:
        async with opener() as tea:
            told, heard = reports(tea), list[int]()
            listener, client = await tea.connect(tea.token("ben")), await tea.connect(tea.token("ada"))
            listener.on("tea.shout", lambda news: heard.append(news["number"]))
            assert await listener.call("tea.sit", {}) == {}
            for _ in range(FAULTS):
                assert await client.call("tea.shout", {"size": 5000}) == {"error": "failed"}
            assert await client.call("tea.shout", {"size": 1}) == {"error": "busy"}
            await tea.until(lambda: len(heard) == FAULTS * MOST_NEWS)
            assert listener.connected, "whoever listens is not cut off for it"
            assert [(one.what, one.plugin, one.occasion, one.kind) for one in told] == [
                *[("raised", "tea", REALTIME, "TooMuch")] * FAULTS,
                ("paused", "tea", REALTIME, "TooMuch"),
            ]

    run(work())
    promise_report(f"a handler that sends 5000 pieces of news: cut off at {MOST_NEWS}, after {FAULTS} times it rests")


def test_one_that_raises_is_reported_and_goes_on(opener: Opener) -> None:
    async def work() -> None:
        async with opener() as tea:
            told = reports(tea)
            client = await tea.connect(tea.token())
            for _ in range(2 * FAULTS):
                assert await client.call("tea.spill", {}) == {"error": "failed"}
            assert await client.call("tea.sip", {}) == {"size": 0}
            assert [(one.what, one.kind) for one in told] == [("raised", "RuntimeError")] * 2 * FAULTS
            assert "secret" not in repr(told)

    run(work())


def test_one_that_holds_up_the_loop_rests_from_the_first_time(
    opener: Opener, monkeypatch: pytest.MonkeyPatch, promise_report: Callable[[str], None]
) -> None:
    monkeypatch.setattr(loop_watch, "EVERY", 0.1)

    async def work() -> None:
        async with opener() as tea:
            told = reports(tea)
            paused = threading.Event()
            tea.installation.plugins.budgets.hear(lambda news: paused.set() if news.what == "paused" else None)
            client = await tea.connect(tea.token())
            await client.call("tea.doze", {"size": 5}, timeout=60)
            assert paused.is_set(), "it is noticed while it still sleeps"
            assert [(one.what, one.plugin, one.occasion) for one in told] == [
                ("over budget", "tea", REALTIME),
                ("paused", "tea", REALTIME),
            ]
            assert await client.call("tea.sip", {}) == {"error": "busy"}
            (line,) = [line for line in tea.installation.plugins.budgets.lines() if line.occasion == REALTIME]
            assert LONGEST_PAUSE - 60 < line.paused_for <= LONGEST_PAUSE
            account = tea.installation.plugins.budgets.account("tea", REALTIME)
            account.paused_until = 1.0
            assert await client.call("tea.sip", {}) == {"size": 0}, "its pause is over"

    run(work())
    promise_report("a handler that sleeps in the loop: seen while it sleeps, and its plugin rests from the first time")


def test_one_that_leads_to_a_human_and_cuts_all_lines_rests(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PluginHost, "asked_on", lambda _, on: {"tea"} if on == "add_start_action" else set())

    async def work() -> None:
        async with opener() as tea:
            told = reports(tea)
            client = await tea.connect(tea.token("ada"))
            await client.call("tea.doze", {"size": 14}, timeout=60)
            assert [one.what for one in told] == ["over budget", "over budget", "paused"]
            (line,) = [line for line in tea.installation.plugins.budgets.lines() if line.occasion == REALTIME]
            assert 0 < line.paused_for <= PAUSE, "people need it: it is tried again soon"

    run(work())


def test_where_another_leads_to_a_human_too_it_rests_for_long(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PluginHost, "asked_on", lambda _, on: {"tea", "chat"} if on == "add_start_action" else set())

    async def work() -> None:
        async with opener() as tea:
            tea.server._held_up("tea", HANGS * tea.installation.plugins.budgets.seconds + 1)
            (line,) = [line for line in tea.installation.plugins.budgets.lines() if line.occasion == REALTIME]
            assert LONGEST_PAUSE - 60 < line.paused_for <= LONGEST_PAUSE

    run(work())


def test_one_that_leads_to_a_human_is_reported_and_goes_on(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PluginHost, "asked_on", lambda _, on: {"tea"} if on == "add_start_action" else set())

    async def work() -> None:
        async with opener() as tea:
            told = reports(tea)
            client = await tea.connect(tea.token("ada"))
            await client.call("tea.doze", {"size": 5}, timeout=60)
            for _ in range(FAULTS):
                await client.call("tea.shout", {"size": MOST_NEWS + 1})
            assert await client.call("tea.sip", {}) == {"size": 0}, "people in a conversation would stand alone"
            assert [one.what for one in told] == ["over budget", *["raised"] * FAULTS]

    run(work())


def test_one_that_waits_for_ever_is_ended(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LONGEST_EVENT", 0.05)

    async def work() -> None:
        async with opener() as tea:
            client = await tea.connect(tea.token())
            assert await client.call("tea.wait", {}) == {"error": "failed"}
            assert await client.call("tea.sip", {}) == {"size": 0}

    run(work())


def test_many_short_steps_accuse_nobody(monkeypatch: pytest.MonkeyPatch, workshop: Workshop) -> None:
    monkeypatch.setattr(loop_watch, "EVERY", 0.02)
    card = workshop.plugin("tea", "import time\n\n\ndef step(seconds):\n    time.sleep(seconds)\n")
    step, accused = import_module(card.hooks_module).step, list[str]()

    async def work() -> None:
        watch = loop_watch.LoopWatch({"tea": card.folder}, lambda plugin, _: accused.append(plugin))
        watch.start()
        for _ in range(100):  # all in one turn of the loop, which takes a second
            asyncio.get_running_loop().call_soon(step, 0.01)
        await asyncio.sleep(1.2)
        assert accused == []
        step(1)
        assert set(accused) == {"tea"}
        watch.stop()

    run(work())
