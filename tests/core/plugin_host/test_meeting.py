"""Services are found by interface, guards hold what they cannot look at; both for the organisation's plugins alone."""

from textwrap import dedent
from uuid import uuid4

import pytest

from core.crypto.keyring import KeyRing
from core.hookspecs.values import GuardedText, Verdict
from core.plugin_host.answers import WrongAnswer
from core.plugin_host.host import PluginHost
from core.plugin_host.meeting import HELD, PASSED, find_service, look_at
from core.testing.throwaway import Workshop
from tests.core.plugin_host.test_asking import Organisation

TEA = Organisation("luisterboom", frozenset({"tea", "milk"}))
MILK = Organisation("thuisanker", frozenset({"milk"}))

HOOKS = dedent("""
    from pathlib import Path
    from core.api import Guard, KeyRing, Service, Verdict, hookimpl

    def look(seen):
        if "raise" in seen.text:
            raise ValueError(seen.text)
        return Verdict("refuse" if "spam" in seen.text else "hold" if "links" in seen.text else "pass")

    @hookimpl
    def declare_services():
        return (Service(KeyRing, lambda session: KeyRing(Path(session)) if session else "none"),)

    @hookimpl
    def declare_guards():
        return (Guard("tea.sieve", look),)
""")


@pytest.fixture
def host(workshop: Workshop) -> PluginHost:
    return PluginHost([workshop.plugin("tea", HOOKS), workshop.plugin("milk")])


def test_a_service_is_found_by_its_interface_where_it_is_switched_on(host: PluginHost) -> None:
    assert isinstance(find_service(host, KeyRing, TEA, "folder"), KeyRing)
    assert find_service(host, KeyRing, MILK, "folder") is None
    assert find_service(host, PluginHost, TEA, "folder") is None


def test_a_service_of_another_kind_is_not_handed_on(host: PluginHost) -> None:
    with pytest.raises(WrongAnswer, match="plugin tea offers no KeyRing"):
        find_service(host, KeyRing, TEA, "")


@pytest.mark.parametrize(
    "text, expected",
    [("hello", PASSED), ("links", Verdict("hold")), ("spam and links", Verdict("refuse")), ("raise", HELD)],
)
def test_the_strictest_verdict_counts(host: PluginHost, text: str, expected: Verdict) -> None:
    assert look_at(host, GuardedText(text, "forum.post", "nl", uuid4()), TEA) == expected


def test_guards_of_others_are_not_asked(host: PluginHost) -> None:
    assert look_at(host, GuardedText("spam", "forum.post", "nl", uuid4()), MILK) == PASSED
    assert host.budgets.lines() == ()


def test_a_guard_that_fails_holds_the_text_also_while_it_is_not_asked(host: PluginHost) -> None:
    raising, plain = (GuardedText(text, "forum.post", "nl", uuid4()) for text in ("raise", "hello"))
    assert [look_at(host, raising, TEA) for _ in range(3)] == [HELD] * 3
    assert look_at(host, plain, TEA) == HELD
