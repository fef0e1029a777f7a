"""A plugin that sleeps for thirty seconds, literally: nobody waits for it but who asked it first."""

from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent
from threading import Event, Thread
from time import sleep
from typing import Any

import pytest

from core.plugin_host.asking import Failed
from core.plugin_host.budgets import PAUSE, SEATS, BudgetNews, Budgets
from core.plugin_host.host import PluginHost
from core.testing.throwaway import Workshop

pytestmark = pytest.mark.promise_p14

HOOKS = dedent("""
    from core.api import hookimpl

    @hookimpl
    def add_start_action(request):
        return request()

    @hookimpl
    def add_home_blocks(request):
        return request()

    @hookimpl
    def on_seeker_leaves(request, seeker_key):
        return request()
""")
BUDGET = 0.1


@dataclass(frozen=True)
class Organisation:
    """As much of an organisation as asking needs."""

    slug: str = "luisterboom"
    plugins: frozenset[str] = frozenset({"sleepy"})


class Sleeper:
    """Puts threads to sleep inside a hook; they sleep on after the test, which waits for none of them."""

    def __init__(self, host: PluginHost) -> None:
        self._host = host

    def asleep(self, occasion: str) -> Thread:
        """A thread that is inside for thirty seconds from now on."""
        inside = Event()

        def sleeps() -> None:
            inside.set()
            sleep(30)

        def asks() -> None:
            self._host.contributions(occasion, Organisation(), request=sleeps)

        thread = Thread(target=asks, daemon=True)
        thread.start()
        assert inside.wait(60)
        return thread


@pytest.fixture
def news() -> list[BudgetNews]:
    return []


@pytest.fixture
def host(workshop: Workshop, news: list[BudgetNews]) -> PluginHost:
    host = PluginHost([workshop.plugin("sleepy", HOOKS)], budgets=Budgets(BUDGET))
    host.budgets.hear(news.append)
    return host


def until_paused(host: PluginHost, occasion: str, news: list[BudgetNews]) -> None:
    sleep(2 * BUDGET)
    for _ in range(600):
        assert host.contributions(occasion, Organisation(), request=pytest.fail) == [Failed("sleepy", paused=True)]
        if any(one.what == "paused" for one in news):
            return
        sleep(BUDGET)
    pytest.fail("it was never paused")


@pytest.mark.parametrize("occasion", ["add_home_blocks", "add_start_action"])
def test_nobody_follows_it_and_it_is_paused_while_it_still_sleeps(
    host: PluginHost, news: list[BudgetNews], occasion: str, promise_report: Callable[[str], None]
) -> None:
    sleeping = Sleeper(host).asleep(occasion)
    until_paused(host, occasion, news)
    assert sleeping.is_alive(), "thirty seconds are not over yet"
    assert [(one.what, one.occasion) for one in news] == [("over budget", occasion), ("paused", occasion)]
    promise_report(f"{occasion} that sleeps thirty seconds: nobody follows it, paused and reported while it sleeps")


def test_nobody_follows_it_on_another_occasion_either(host: PluginHost, news: list[BudgetNews]) -> None:
    Sleeper(host).asleep("add_start_action")
    until_paused(host, "add_home_blocks", news)
    assert {one.occasion for one in news} == {"add_start_action"}, "the other occasion did nothing wrong"


def test_some_threads_at_most_are_in_a_plugin_at_a_time(host: PluginHost) -> None:
    sleeper = Sleeper(host)
    host.budgets.seconds = 60.0
    for _ in range(SEATS):
        sleeper.asleep("add_home_blocks")
    host.budgets.seconds = BUDGET
    found = host.contributions("add_home_blocks", Organisation(), request=pytest.fail)
    assert found == [Failed("sleepy", paused=True)]


def test_a_free_seat_is_taken(host: PluginHost) -> None:
    host.budgets.seconds = 60.0
    go = Event()
    waiting = Thread(target=host.contributions, args=("add_home_blocks", Organisation()), kwargs={"request": go.wait})
    waiting.start()
    asked: list[int] = []
    host.contributions("add_home_blocks", Organisation(), request=lambda: asked.append(1))
    go.set()
    waiting.join(60)
    assert asked == [1]


def test_a_plugin_that_is_asked_while_it_answers_does_not_wait_for_itself(host: PluginHost) -> None:
    asked: list[int] = []

    def again() -> Any:
        for _ in range(2 * SEATS):
            host.contributions("add_home_blocks", Organisation(), request=lambda: asked.append(1))

    host.contributions("add_start_action", Organisation(), request=again)
    assert asked == [1] * 2 * SEATS


class Hand:
    """A clock that the test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_each_time_that_it_hangs_again_it_rests_longer(workshop: Workshop, news: list[BudgetNews]) -> None:
    hand = Hand()
    host = PluginHost([workshop.plugin("sleepy", HOOKS)], budgets=Budgets(2.0, hand))
    host.budgets.hear(news.append)

    def hangs() -> None:
        hand.now += 30

    def rests() -> float:
        return next(line.paused_for for line in host.budgets.lines())

    for times in (1, 2, 4):
        host.contributions("add_start_action", Organisation(), request=hangs)
        assert rests() == times * PAUSE, "one call is enough"
        hand.now += times * PAUSE
    host.contributions("add_start_action", Organisation(), request=lambda: None)
    host.contributions("add_start_action", Organisation(), request=hangs)
    assert rests() == PAUSE, "it had answered in time"


def test_leaving_waits_for_it_once(workshop: Workshop, news: list[BudgetNews]) -> None:
    hand = Hand()
    host = PluginHost([workshop.plugin("sleepy", HOOKS)], budgets=Budgets(2.0, hand))
    told: list[int] = []

    def hangs() -> None:
        told.append(1)
        hand.now += 30

    for _ in range(3):
        host.collect("on_seeker_leaves", Organisation().plugins, request=hangs, seeker_key="k")
    assert told == [1]
