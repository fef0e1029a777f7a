"""Leaving, as plugins and the database see it; what the visitor sees is proved in tests/promises/test_p7_leave.py."""

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from pyramid.testing import DummyRequest

from core.web.screens.leave.views import leave

NEUTRAL = "https://www.example.org/recepten"


class Plugins:
    """Notes which occasion was told to which plugins; then does what `then` says."""

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        self.told: list[tuple[str, frozenset[str], str]] = []
        self._then = then

    def collect(self, occasion: str, enabled: frozenset[str], *, request: Any, seeker_key: str) -> list[Any]:
        self.told.append((occasion, enabled, seeker_key))
        if enabled == frozenset({"careless"}):
            self._then()
        return []


class Seeker:
    """A browser session that can end."""

    def __init__(self, key: str | None) -> None:
        self.key = key
        self.ended = False

    def end(self) -> None:
        self.ended = True


def visit(plugins: Plugins, key: str | None = "k", **headers: str) -> Any:
    request = DummyRequest(headers={name.replace("_", "-"): value for name, value in headers.items()})
    configuration = SimpleNamespace(public_scheme="https", neutral_url=NEUTRAL, network_domain="x", address=str)
    request.installation = SimpleNamespace(plugins=plugins, configuration=configuration)
    request.tenant = SimpleNamespace(plugins=frozenset({"chat", "careless"}), slug="luisterboom", leave_url=None)
    request.seeker = Seeker(key)
    request.work = []
    request.tm = SimpleNamespace(**{name: partial(request.work.append, name) for name in ("begin", "commit", "abort")})
    return request


@pytest.fixture
def plugins() -> Plugins:
    return Plugins()


def test_plugins_are_told_and_the_session_ends(plugins: Plugins) -> None:
    request = visit(plugins)
    answer = leave(request)
    assert plugins.told == [("on_seeker_leaves", frozenset({name}), "k") for name in ("careless", "chat")]
    assert request.work == ["commit", "begin"] * 2
    assert request.seeker.ended
    assert answer.location == NEUTRAL
    assert all("; secure" in line and "Max-Age=0" in line for line in answer.headers.getall("Set-Cookie"))


def test_who_has_no_session_leaves_without_a_word_to_plugins(plugins: Plugins) -> None:
    assert leave(visit(plugins, key=None)).location == NEUTRAL
    assert plugins.told == []


def test_another_site_ends_nothing(plugins: Plugins) -> None:
    request = visit(plugins, Sec_Fetch_Site="cross-site")
    assert leave(request).location == NEUTRAL
    assert plugins.told == []
    assert not request.seeker.ended


def test_a_failing_plugin_holds_nobody_up_and_what_it_half_did_is_undone() -> None:
    def fail() -> None:
        raise RuntimeError("no")

    request = visit(Plugins(fail))
    assert leave(request).location == NEUTRAL
    assert request.seeker.ended
    assert request.work == ["abort", "begin", "commit", "begin"], "what the others did stays"


def test_the_organisations_own_choice_of_neutral_page_comes_first(plugins: Plugins) -> None:
    request = visit(plugins)
    request.tenant.leave_url = "https://www.example.org/weer"
    assert leave(request).location == "https://www.example.org/weer"
