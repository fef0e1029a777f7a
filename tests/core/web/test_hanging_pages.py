"""A plugin whose own pages hang keeps two threads of those that answer pages; everybody else's go on."""

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from webtest import TestApp

from core.app import make_application
from core.configuration import Configuration
from core.plugin_host.budgets import HANGS, SEATS
from core.plugin_host.page_threads import PAGES
from core.testing.clocks import FixedClock
from core.testing.installations import make_installation
from core.testing.organisations import add_tenant
from core.testing.sqlite import open_copy
from core.testing.throwaway import workshop_in
from tests.core.web.house import House, site

HERE = "hier"
HANGING = """
import threading
from pyramid.response import Response
from core.api import Route, hookimpl

MAY_GO = threading.Event()


def slow(request):
    MAY_GO.wait(60)
    return Response("slow")


def quick(request):
    return Response("quick")


@hookimpl
def declare_routes():
    return (Route("NAME.slow", "/NAME/slow", slow, public=True), Route("NAME.quick", "/NAME/quick", quick, public=True))
"""


class Hands:
    """A clock that the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def house(tmp_path: Path, sqlite_template: Path, clock: FixedClock) -> Iterator[House]:
    database = open_copy(sqlite_template, tmp_path / "luwte.db")
    with workshop_in(tmp_path / "plugins") as workshop:
        cards = [workshop.plugin(name, HANGING.replace("NAME", name)) for name in ("sleepy", "awake")]
        add_tenant(database.engine, HERE, plugins=["sleepy", "awake"], clock=clock)
        configuration = Configuration(home=tmp_path / "var", database=database.url, start_tenant=HERE)
        installation = make_installation(configuration, clock, cards)
        yield House(TestApp(make_application(installation)), installation, clock)
        installation.engine.dispose()
    database.close()


def test_nobody_follows_where_pages_hang_and_all_others_answer(house: House) -> None:
    budgets = house.installation.plugins.budgets
    clock = budgets.clock = Hands()
    answers: list[str] = []
    threads = [
        threading.Thread(target=lambda: answers.append(house.ask(site(HERE), "/sleepy/slow").text)) for _ in "ab"
    ]
    inside = house.installation.plugins.page_threads._inside
    for thread in threads:
        thread.start()
    try:
        while len(inside.get("sleepy", {})) < SEATS:
            time.sleep(0.01)
        assert house.ask(site(HERE), "/sleepy/quick").text == "quick", "who is merely slow is followed"
        clock.now = HANGS * budgets.seconds
        assert house.ask(site(HERE), "/sleepy/quick").text == "quick"
        clock.now += 1
        refused = house.ask(site(HERE), "/sleepy/quick?taal=nl")
        assert refused.status_int == 503
        assert "Dit is tijdelijk niet beschikbaar" in refused.text
        assert house.ask(site(HERE), "/awake/quick").text == "quick"
        assert house.ask(site(HERE), "/").status_int == 200
    finally:
        _let_go("sleepy")
        for thread in threads:
            thread.join()
    assert answers == ["slow", "slow"]
    assert house.ask(site(HERE), "/sleepy/quick").text == "quick", "once they are out, it answers again"
    (line,) = [line for line in budgets.lines() if line.occasion == PAGES]
    assert (line.plugin, line.over_budget, line.paused_for) == ("sleepy", 2, 0.0)


def _let_go(name: str) -> None:
    (hooks,) = [
        it for key, it in sys.modules.items() if key.startswith("throwaway_") and key.endswith(f"_{name}.hooks")
    ]
    hooks.MAY_GO.set()
