"""The three ways of asking, and what a careless plugin costs the others."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

import pytest

from core.hookspecs.values import HomeBlock, Refusal
from core.plugin_host.asking import CANNOT_BE_ASKED, Contribution, Failed
from core.plugin_host.budgets import FAULTS, PAUSE, WITHIN, BudgetNews, Budgets
from core.plugin_host.host import PluginHost
from core.testing.throwaway import Workshop

HOOKS = dedent("""
    from markupsafe import Markup
    from core.api import Badge, FooterLink, HomeBlock, Panel, Refusal, StartAction, hookimpl

    @hookimpl
    def add_home_blocks(request):
        return request(NAME)

    @hookimpl
    def add_badges(request):
        return request(NAME)

    @hookimpl
    def add_dashboard_panels(request):
        return request(NAME)

    @hookimpl
    def allow_seeker_to_start(request):
        return request(NAME)

    @hookimpl
    def on_seeker_leaves(seeker_key, request):
        return request(seeker_key + NAME)

    @hookimpl
    def add_start_action():
        return StartAction("without arguments", "", "/")
""")


@dataclass(frozen=True)
class Organisation:
    """As much of an organisation as asking needs."""

    slug: str
    plugins: frozenset[str]


BOTH = Organisation("luisterboom", frozenset({"milk", "tea"}))


class Hand:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def news() -> list[BudgetNews]:
    return []


@pytest.fixture
def host(workshop: Workshop, hand: Hand, news: list[BudgetNews]) -> PluginHost:
    host = PluginHost(
        [workshop.plugin(name, HOOKS.replace("NAME", f'"{name}"')) for name in ("milk", "tea")],
        budgets=Budgets(0.5, hand),
    )
    host.budgets.hear(news.append)
    return host


def block(host: PluginHost, text: str) -> Any:
    return (sys.modules[host.plugins["tea"].card.hooks_module].HomeBlock(text),)


def raises(*names: str) -> Callable[[str], Any]:
    def answer(name: str) -> Any:
        if name in names:
            raise ZeroDivisionError("a canary that may not be told")
        return None

    return answer


def test_contributions_come_with_their_plugin_in_order_of_registration(host: PluginHost) -> None:
    found = host.contributions("add_home_blocks", BOTH, request=lambda name: block(host, name))
    assert [(one.plugin, one.value) for one in found if isinstance(one, Contribution)] == [
        ("milk", (HomeBlock("milk"),)),  # type: ignore[arg-type]
        ("tea", (HomeBlock("tea"),)),  # type: ignore[arg-type]
    ]


def test_only_the_organisations_own_plugins_are_asked(host: PluginHost) -> None:
    asked: list[str] = []
    host.contributions("add_home_blocks", Organisation("a", frozenset({"tea", "absent"})), request=asked.append)
    assert asked == ["tea"]


def test_a_hook_takes_only_the_arguments_that_it_names(host: PluginHost) -> None:
    assert len(host.contributions("add_start_action", BOTH, request=None)) == 2


def test_nothing_added_is_not_in_the_list(host: PluginHost) -> None:
    assert host.contributions("add_home_blocks", BOTH, request=lambda name: [] if name == "tea" else None) == []


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit])
def test_one_that_raises_stands_apart(host: PluginHost, news: list[BudgetNews], error: type[BaseException]) -> None:
    def answer(name: str) -> Any:
        if name == "milk":
            raise error("a canary that may not be told")
        return block(host, name)

    found = host.contributions("add_home_blocks", BOTH, request=answer)
    assert [type(one) for one in found] == [Failed, Contribution]
    assert [(one.what, one.plugin, one.occasion, one.tenant, one.kind) for one in news] == [
        ("raised", "milk", "add_home_blocks", "luisterboom", error.__name__)
    ]
    assert "canary" not in repr(news)


@pytest.mark.parametrize(
    "occasion, answer",
    [
        ("add_home_blocks", "<p>text</p>"),
        ("add_home_blocks", 1),
        ("add_home_blocks", ("<p>text</p>",)),
        ("add_home_blocks", (value for value in (1,))),
        ("add_start_action", "text"),
        ("add_badges", ("tea.page",)),
        ("add_badges", {"tea.page": "3"}),
        ("allow_seeker_to_start", "no"),
        ("allow_seeker_to_start", False),
    ],
)
def test_answers_of_another_kind_are_a_fault(
    workshop: Workshop, news: list[BudgetNews], occasion: str, answer: Any
) -> None:
    hooks = f"from core.api import hookimpl\n@hookimpl\ndef {occasion}(request):\n    return request\n"
    host = PluginHost([workshop.plugin("tea", hooks)])
    host.budgets.hear(news.append)
    assert host.contributions(occasion, BOTH, request=answer) == [Failed("tea")]
    assert [one.kind for one in news] == ["WrongAnswer"]


def test_badges_and_panels_are_named_after_their_plugin(workshop: Workshop) -> None:
    hooks = dedent("""
        from core.api import Badge, Panel, hookimpl
        @hookimpl
        def add_badges(request):
            return {request: Badge("3", "three wait")}
        @hookimpl
        def add_dashboard_panels(request):
            return (Panel(request, "Tea", "<p>Tea</p>"),)
    """)
    host = PluginHost([workshop.plugin("tea", hooks)])
    for occasion in ("add_badges", "add_dashboard_panels"):
        assert host.contributions(occasion, BOTH, request="milk.page") == [Failed("tea")]
        assert isinstance(host.contributions(occasion, BOTH, request="tea.page")[0], Contribution)


def test_the_first_refusal_ends_it(host: PluginHost) -> None:
    asked: list[str] = []
    refusal = Refusal("tea.full", "Full.")

    def answer(name: str) -> Refusal | None:
        asked.append(name)
        return refusal

    assert host.first_refusal("allow_seeker_to_start", BOTH, request=answer) == refusal
    assert asked == ["milk"]
    assert host.first_refusal("allow_seeker_to_start", BOTH, request=lambda _: None) is None


def test_one_that_fails_refuses_calmly_until_it_is_not_asked_for_a_while(host: PluginHost) -> None:
    answers = [host.first_refusal("allow_seeker_to_start", BOTH, request=raises("tea")) for _ in range(FAULTS + 1)]
    assert answers == [CANNOT_BE_ASKED] * FAULTS + [None]


def test_three_faults_in_five_minutes_and_it_is_not_asked_for_five(
    host: PluginHost, hand: Hand, news: list[BudgetNews]
) -> None:
    for _ in range(FAULTS):
        assert host.contributions("add_home_blocks", BOTH, request=raises("tea")) == [Failed("tea")]
        hand.now += WITHIN / FAULTS
    asked: list[str] = []
    assert host.contributions("add_home_blocks", BOTH, request=asked.append) == [Failed("tea", paused=True)]
    assert asked == ["milk"]
    assert [one.what for one in news] == ["raised"] * FAULTS + ["paused"]
    hand.now += PAUSE
    assert host.contributions("add_home_blocks", BOTH, request=asked.append) == []
    assert asked == ["milk", "milk", "tea"]
    assert news[-1].what == "asked again"


def test_faults_that_lie_far_apart_are_forgiven(host: PluginHost, hand: Hand, news: list[BudgetNews]) -> None:
    for _ in range(3 * FAULTS):
        host.contributions("add_home_blocks", BOTH, request=raises("tea"))
        hand.now += WITHIN
    assert {one.what for one in news} == {"raised"}


def test_over_budget_counts_as_a_fault_and_the_answer_still_counts(
    host: PluginHost, hand: Hand, news: list[BudgetNews]
) -> None:
    def slow(name: str) -> Any:
        hand.now += 0.6 if name == "tea" else 0.4
        return block(host, name)

    for _ in range(FAULTS):
        assert [one.plugin for one in host.contributions("add_home_blocks", BOTH, request=slow)] == ["milk", "tea"]
    assert [one.what for one in news] == ["over budget"] * FAULTS + ["paused"]
    assert [round(one.milliseconds) for one in news[:FAULTS]] == [600] * FAULTS
    lines = {line.plugin: line for line in host.budgets.lines()}
    assert (lines["tea"].calls, lines["tea"].over_budget, lines["milk"].over_budget) == (FAULTS, FAULTS, 0)
    assert lines["tea"].paused_for == pytest.approx(PAUSE)
    assert round(lines["tea"].slowest_milliseconds) == round(lines["tea"].mean_milliseconds) == 600


def test_a_generators_time_counts(host: PluginHost, hand: Hand, news: list[BudgetNews]) -> None:
    def slow(_name: str) -> Any:
        hand.now += 0.6
        yield from block(host, "late")

    host.contributions("add_home_blocks", Organisation("a", frozenset({"tea"})), request=slow)
    assert [one.what for one in news] == ["over budget"]


def test_a_pause_is_for_one_occasion_alone(host: PluginHost) -> None:
    for _ in range(FAULTS):
        host.contributions("add_home_blocks", BOTH, request=raises("tea"))
    asked: list[str] = []
    host.contributions("add_dashboard_panels", BOTH, request=asked.append)
    assert asked == ["milk", "tea"]


def test_collect_lets_the_first_error_up_and_never_leaves_anybody_out(host: PluginHost) -> None:
    told: list[str] = []
    for _ in range(2 * FAULTS):
        with pytest.raises(ZeroDivisionError):
            host.collect("on_seeker_leaves", BOTH.plugins, request=raises("kmilk"), seeker_key="k")
    host.collect("on_seeker_leaves", BOTH.plugins, request=told.append, seeker_key="k")
    assert told == ["kmilk", "ktea"]
    assert {line.faults for line in host.budgets.lines() if line.occasion == "on_seeker_leaves"} == {0, 2 * FAULTS}
