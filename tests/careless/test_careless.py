"""A careless plugin, one test a fault: each is stopped by a check at the start, a gate, or a budget.

The sentences of all checks are tried in tests/core/plugin_host/test_checks.py and test_host.py, what each way of asking
does with faults in test_asking.py and test_hanging.py, every screen with contributions in
tests/core/web/test_contributions.py, careless handlers over sockets in tests/core/realtime/test_careless.py, those of
events and jobs in tests/core/worker/, a log that is written full in tests/core/anonymity/test_logs.py. Here the
whole application stands around the plugin, with a neighbour that must not notice it. What it cannot do to a plugin of
this repository is tried in that plugin's own tests.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from inspect import signature
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
from structlog.testing import capture_logs
from webtest import TestApp

from core.app import make_application
from core.configuration import Configuration
from core.crypto.tokens import new_token
from core.errors import LuwteError
from core.hookspecs.occasions import Occasions, occasion_names
from core.plugin_host.discovery import find_plugins
from core.plugin_host.host import PluginHost
from core.testing.app import OTHER, WITH, App, site, workplace
from core.testing.clocks import FixedClock
from core.testing.contract_pages import header_faults
from core.testing.database import Database
from core.testing.installations import make_installation
from core.testing.organisations import add_tenant
from core.testing.throwaway import Workshop, workshop_in
from core.web.plugins import core_house

pytestmark = pytest.mark.promise_p14

ADDRESS = "203.0.113.77"
AGENT = "a browser that nobody else has"
HEAD = """
import time
from markupsafe import Markup
from pyramid.response import Response
from sqlalchemy import text
from core.api import HomeBlock, Panel, Permission, Route, hookimpl

asked = []
"""
NEIGHBOUR = """
from pyramid.renderers import render
from pyramid.response import Response
from core.api import NavigationItem, Permission, Route, hookimpl

def site(request):
    return Response("Here as always")

def bench(request):
    return Response(render("parts/workbench_panels.html.jinja2", {}, request=request))

@hookimpl
def declare_permissions():
    return (Permission("neighbour.work", frozenset({"helper"}), "Work."),)

@hookimpl
def declare_routes():
    return (
        Route("neighbour.site", "/neighbour", site, public=True),
        Route("neighbour.bench", "/neighbour", bench, places=("workplace",), permission="neighbour.work"),
    )

@hookimpl
def declare_navigation():
    return (NavigationItem("neighbour.bench", "neighbour.bench", "Bench", permission="neighbour.work"),)

@hookimpl
def on_seeker_leaves(request, seeker_key):
    request.emit_after_commit("neighbour.room", "neighbour.gone", {})
"""
"""A plugin with a page for everybody and one that shows what others put beside a conversation."""
VIEW = """
def view(request):
    {body}

@hookimpl
def declare_routes():
    return (Route("{route}", "/careless", view{more}),)
"""
Open = Callable[[str], App]


def in_every_hook(body: str) -> str:
    """Hooks for every occasion that there is, each of which does the same."""
    made = []
    for name in sorted(occasion_names()):
        arguments = ", ".join(one for one in signature(getattr(Occasions, name)).parameters if one != "self")
        made.append(f"@hookimpl\ndef {name}({arguments}):\n    asked.append('{name}')\n    {body}\n")
    return "\n".join(made)


def view(body: str, route: str = "careless.view", more: str = ", public=True") -> str:
    """Hooks with one page, whose view does this."""
    return VIEW.format(body=body, route=route, more=more)


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    with workshop_in(tmp_path / "plugins") as opened:
        yield opened


@pytest.fixture
def opened(database: Database, configuration: Configuration, clock: FixedClock, workshop: Workshop) -> Iterator[Open]:
    """Opens the application with the neighbour and the careless plugin, both switched on for two organisations."""
    engines = []

    def open_with(hooks: str) -> App:
        cards = [workshop.plugin("neighbour", NEIGHBOUR), workshop.plugin("careless", HEAD + hooks)]
        workshop.translate(cards[0], neighbour__bench=("Bench", "Werkbank"))
        for slug in (WITH, OTHER):
            add_tenant(database.engine, slug, plugins=["neighbour", "careless"], clock=clock, name=f"{slug} huis")
        add_tenant(database.engine, "console", kind="network", clock=clock)
        installation = make_installation(configuration, clock, cards)
        engines.append(installation.engine)
        return App(TestApp(make_application(installation)), installation, clock)

    with capture_logs():
        yield open_with
    for engine in engines:
        engine.dispose()


def stopped(workshop: Workshop, hooks: str) -> str:
    """Why the start is stopped."""
    with pytest.raises(LuwteError) as error:
        PluginHost([*find_plugins(), workshop.plugin("careless", HEAD + hooks)], house=core_house())
    return str(error.value)


def asked(app: App) -> list[str]:
    """The occasions on which the plugin was asked, in order."""
    module = __import__(app.installation.plugins.plugins["careless"].card.hooks_module, fromlist=["asked"])
    return list(module.asked)


def resting(app: App) -> set[str]:
    """The occasions on which the plugin is left alone now."""
    lines = app.installation.plugins.budgets.lines()
    return {line.occasion for line in lines if line.plugin == "careless" and line.paused_for}


def every_page_works(app: App) -> None:
    """The site, the neighbour on both sides, the workplace."""
    helper = app.sign_in(WITH, "helper", "coordinator")
    for host, path, cookie in (
        (site(WITH), "/", ""),
        (site(WITH), "/neighbour", ""),
        (workplace(WITH), "/", helper),
        (workplace(WITH), "/neighbour", helper),
    ):
        assert app.ask(host, path, cookie=cookie).status_int == 200, path


@pytest.mark.parametrize("body", ["raise RuntimeError('a secret')", "raise SystemExit", "1 / 0"])
def test_it_raises_in_every_hook(opened: Open, body: str) -> None:
    app = opened(in_every_hook(body))
    every_page_works(app)
    assert {"add_home_blocks", "add_dashboard_panels", "add_workbench_panels"} <= set(asked(app))


@pytest.mark.parametrize("body", ["return 42", "return 'text'", "return object()", "return [None]", "return {1: 2}"])
def test_it_returns_wrong_types(opened: Open, body: str) -> None:
    app = opened(in_every_hook(body))
    every_page_works(app)
    assert {"add_home_blocks", "add_badges"} <= set(asked(app))


def test_it_sleeps_for_thirty_seconds(opened: Open, promise_report: Callable[[str], None]) -> None:
    """Literally: whoever asked it first waits, nobody else does, and it is paused long before it wakes up."""
    app = opened(in_every_hook("time.sleep(30) if asked[-1] == 'add_home_blocks' else None"))
    app.installation.plugins.budgets.seconds = 0.2
    sleeping = Thread(target=_visits, args=(app,), daemon=True)
    sleeping.start()
    _until(lambda: "add_home_blocks" in asked(app))
    sleep(2 * 0.2)
    _until(lambda: app.ask(site(WITH)).status_int == 200 and "add_home_blocks" in resting(app))
    every_page_works(app)
    assert sleeping.is_alive(), "thirty seconds are not over yet"
    assert asked(app).count("add_home_blocks") == 1
    promise_report("a first page that sleeps thirty seconds for one visitor: every other page answers meanwhile")


def _visits(app: App) -> None:
    with suppress(Exception):  # the test is over when it wakes up
        app.ask(site(WITH))


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(6000):
        if holds():
            return
        sleep(0.01)
    pytest.fail("it never came about")


@pytest.mark.parametrize(
    "body",
    [
        "return iter(int, 1)",
        "return (HomeBlock(Markup('x')) for _ in range(10**9))",
        "for _ in range(10**6): request.emit_after_commit('careless.room', 'careless.noise', {})",
    ],
    ids=["an endless answer", "a billion blocks", "a million pieces of live news"],
)
def test_it_floods(opened: Open, body: str) -> None:
    app = opened(in_every_hook(body))
    app.installation.plugins.budgets.seconds = 600
    every_page_works(app)
    lines = {line.occasion: line for line in app.installation.plugins.budgets.lines() if line.plugin == "careless"}
    assert lines["add_home_blocks"].last_fault == "TooMuch"
    assert lines["add_home_blocks"].over_budget == 0, "it was cut off, not waited for"


def test_it_fails_when_somebody_leaves(opened: Open) -> None:
    app = opened(in_every_hook("request.emit_after_commit('careless.room', 'careless.x', {}); raise RuntimeError"))
    told: list[str] = []
    app.installation.emit.connect(lambda tenant_id, room, event, payload: told.append(event))
    answer = app.ask(site(WITH), "/weg", cookie=f"seeker={new_token()}")
    assert answer.status_int in (302, 303)
    assert "on_seeker_leaves" in asked(app)
    assert told == ["neighbour.gone"], "what the neighbour did stays done; what the careless one half did is undone"


def test_its_names_have_no_prefix(workshop: Workshop) -> None:
    assert "route view: its name must start with 'careless.'" in stopped(workshop, view("return {}", route="view"))


def test_it_uses_specname(workshop: Workshop) -> None:
    hooks = '@hookimpl(specname="add_home_blocks")\ndef quietly(request):\n    return ()\n'
    assert "quietly uses specname" in stopped(workshop, hooks)


def test_its_view_has_no_permission(workshop: Workshop) -> None:
    said = stopped(workshop, view("return {}", more=""))
    assert "route careless.view needs either a permission or public=True" in said


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT alias FROM staff",
        "UPDATE staff SET alias = 'mine'",
        "DELETE FROM staff_session",
        "SELECT * FROM stream_entry",
    ],
)
def test_it_asks_the_database_by_text_for_what_others_have(opened: Open, statement: str) -> None:
    app = opened(view(f'request.db.execute(text("{statement}")); return Response("done")'))
    cookie = app.sign_in(OTHER, "helper")
    answer = app.ask(site(WITH), "/careless")
    assert answer.status_int == 500, "refused before it reaches the database"
    assert "done" not in answer.text
    assert app.ask(workplace(OTHER), "/", cookie=cookie).status_int == 200, "nothing was changed or deleted"


def test_it_looks_for_an_address_in_the_request(opened: Open) -> None:
    body = "return Response(repr((request.environ, request.headers.items(), request.client_addr, request.remote_addr)))"
    app = opened(view(body))
    given = {"REMOTE_ADDR": ADDRESS, "REMOTE_HOST": ADDRESS, "HTTP_X_FORWARDED_FOR": ADDRESS, "HTTP_USER_AGENT": AGENT}
    app.pages.extra_environ.update({**given, "HTTP_REFERER": f"https://{ADDRESS}/", "HTTP_FORWARDED": f"for={ADDRESS}"})
    answer = app.ask(site(WITH), "/careless")
    assert answer.status_int == 200
    assert "PATH_INFO" in answer.text
    assert ADDRESS not in answer.text
    assert AGENT not in answer.text


def test_it_puts_a_script_into_a_panel_beside_a_conversation(opened: Open) -> None:
    html = "<p onclick='steal()'>Words of a panel</p><script>steal()</script><img src=x onerror=steal()>"
    panel = f'return (Panel("careless.panel", "A panel", Markup("{html}")),)'
    app = opened(f"@hookimpl\ndef add_workbench_panels(request):\n    {panel}\n")
    answer = app.ask(workplace(WITH), "/neighbour", cookie=app.sign_in(WITH, "helper"))
    assert answer.status_int == 200
    assert "Words of a panel" in answer.text
    assert "steal" not in answer.text


def test_it_rewrites_the_response_in_a_view(opened: Open) -> None:
    body = (
        "request.response.headers['Content-Security-Policy'] = 'default-src *'; "
        "answer = Response('mine'); "
        "answer.headers.update({'Content-Security-Policy': \"script-src 'unsafe-inline'\", 'Server': 'mine', "
        "'X-Frame-Options': 'ALLOWALL', 'Referrer-Policy': 'unsafe-url'}); "
        "return answer"
    )
    answer = opened(view(body)).ask(site(WITH), "/careless")
    assert answer.text == "mine"
    assert header_faults(answer) == []
