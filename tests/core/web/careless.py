"""A house with four plugins: a tidy one, and three that are careless in a way of their own."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from structlog.testing import capture_logs
from webtest import TestApp

from core.app import make_application
from core.configuration import Configuration
from core.plugin_host.card import PluginCard, read_card
from core.testing.clocks import FixedClock
from core.testing.installations import make_installation
from core.testing.organisations import add_tenant
from core.testing.sqlite import open_copy
from core.testing.throwaway import Workshop, workshop_in
from tests.core.web.house import LIVE, House, site, work

TIDY = """
from markupsafe import Markup
from core.api import Badge, FooterLink, HomeBlock, NavigationItem, Panel, Permission, Refusal
from core.api import Route, StartAction, hookimpl


def page(request):
    return {}


@hookimpl
def declare_permissions():
    return (Permission("tidy.work", frozenset({"helper"}), "Work."),)


@hookimpl
def declare_routes():
    return (
        Route("tidy.page", "/tidy", page, public=True, template="site/about.html.jinja2"),
        Route("tidy.work", "/work", page, places=("workplace",), permission="tidy.work", template="string"),
    )


@hookimpl
def declare_navigation():
    return (
        NavigationItem("tidy.page", "tidy.page", "Tidy page", place="site"),
        NavigationItem("tidy.work", "tidy.work", "Tidy work", permission="tidy.work"),
    )


@hookimpl
def add_start_action(request):
    if "broken" in request.GET:
        raise RuntimeError("the database is slow")
    return None if "closed" in request.GET else StartAction("Tidy start", "Nobody waits", "/tidy")


@hookimpl
def allow_seeker_to_start(request):
    return Refusal("tidy.full", "Tidy is full now.") if "full" in request.GET else None


@hookimpl
def add_home_blocks(request):
    return (
        HomeBlock(Markup("<h2>Second</h2><p>Two.</p>"), order=20),
        HomeBlock(Markup("<h2>First</h2><p>One.</p>"), order=10),
    )


@hookimpl
def add_footer_links(request):
    return (FooterLink("Tidy at the foot", "/tidy"),)


@hookimpl
def add_dashboard_panels(request):
    return (Panel("tidy.today", "Today <3", Markup("<p>Four talks.</p>")),)


@hookimpl
def add_workbench_panels(request):
    return (Panel("tidy.guide", "Guide", Markup("<p>Ask how it is.</p>")),)


@hookimpl
def add_badges(request):
    return {"tidy.work": Badge("4", "4 letters wait")}
"""
EVERYWHERE = """
from markupsafe import Markup
from core.api import Badge, FooterLink, HomeBlock, Panel, hookimpl


@hookimpl
def add_home_blocks(request):
    {first}
    return (HomeBlock(Markup({html!r})),)


@hookimpl
def add_footer_links(request):
    {first}
    return (FooterLink("A careless link", {url!r}),)


@hookimpl
def add_dashboard_panels(request):
    {first}
    return (Panel("{name}.panel", "Careless", Markup({html!r})),)


@hookimpl
def add_workbench_panels(request):
    {first}
    return (Panel("{name}.panel", "Careless", Markup({html!r})),)


@hookimpl
def add_badges(request):
    {first}
    return {{"{name}.nothing": Badge("1", "one")}}
"""
SCRIPTED_HTML = dedent(
    """\
    <h2 id="main" class="safety">Look here</h2><script src="/static/scripted/steal.js"></script><script>steal()</script>
    <p style="position:fixed" onclick="steal()" data-messages data-leave>Read <a href="javascript:steal()">more</a>
    <a href="//evil.example/x">there</a></p><form action="/afmelden" method="post"><button>Send</button></form>
    <iframe src="/"></iframe><img src="/x" onerror="steal()"><style>body{display:none}</style></main></div><b>left open
    """
)


def careless(name: str, first: str = "pass", html: str = "<p>Careless words.</p>", url: str = "/tidy") -> str:
    """The hooks of a plugin that does `first` in each hook, and then adds `html`."""
    return EVERYWHERE.format(name=name, first=first, html=html, url=url)


HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
)
DUTCH = (
    HEADER
    + """
msgctxt "tidy.page"
msgid "Tidy page"
msgstr "Nette pagina"

msgctxt "tidy.full"
msgid "Tidy is full now."
msgstr "Netjes is nu vol."

msgctxt "tidy.work"
msgid "Tidy work"
msgstr "Net werk"
"""
)
PLUGINS = {
    "tidy": TIDY,
    "raising": careless("raising", 'raise RuntimeError("a secret about 203.0.113.9")'),
    "slow": careless("slow", "__import__('time').sleep(0.03)"),
    "scripted": careless("scripted", html=SCRIPTED_HTML, url="https://evil.example/"),
}


def open_careless_house(folder: Path, template: Path, clock: FixedClock, workshop: Workshop) -> House:
    """One organisation with all of them, one with the tidy one alone."""
    database = open_copy(template, folder / "luwte.db")
    configuration = Configuration(home=folder / "var", database=database.url, start_tenant=LIVE)
    for slug, plugins in ((LIVE, list(PLUGINS)), ("netjes", ["tidy"])):
        add_tenant(database.engine, slug, plugins=plugins, clock=clock, state="live", languages=["nl", "en"])
    add_tenant(database.engine, "console", kind="network", clock=clock)
    database.close()
    cards = [_written(workshop, name, hooks) for name, hooks in PLUGINS.items()]
    installation = make_installation(configuration, clock, cards)
    installation.plugins.budgets.seconds = 0.02
    return House(TestApp(make_application(installation)), installation, clock)


def _written(workshop: Workshop, name: str, hooks: str) -> PluginCard:
    plugin = workshop.write(name, hooks)
    (plugin / "locale" / "nl").mkdir(parents=True)
    (plugin / "locale" / "nl" / "messages.po").write_text(DUTCH if name == "tidy" else HEADER, "utf-8")
    return read_card(plugin)


@pytest.fixture
def careless_house(tmp_path: Path, sqlite_template: Path, clock: FixedClock) -> Iterator[House]:
    """The application with careless plugins, on SQLite."""
    with workshop_in(tmp_path / "plugins") as workshop, capture_logs():
        opened = open_careless_house(tmp_path, sqlite_template, clock, workshop)
        yield opened
        opened.installation.engine.dispose()


__all__ = ["LIVE", "careless_house", "site", "work"]
