"""Other plugins' panels beside a conversation: HTML alone, each apart, and none of them in the conversation's way."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from core.testing.browser import Visit
from core.testing.server import ROOT, RunningServer, make_server

from ..live.people import password_of

pytestmark = [pytest.mark.browser, pytest.mark.promise_p10]

HOOKS = """
from markupsafe import Markup
from core.api import Panel, hookimpl

SCRIPT = (
    '<script src="/static/chat/helper.js"></script><script>document.title = "taken"</script>'
    '<p onclick="stop()" data-messages data-take style="position:fixed">Vraag eerst: <em>ben je alleen?</em></p>'
    '<form action="/afmelden" method="post"><button data-end>Stop</button></form>'
    '<ul><li><a href="/gids">Gids</a></li></ul>'
)


@hookimpl
def add_workbench_panels(request):
    return (
        Panel("beside.words", "Woorden die helpen", Markup("<p>Wat fijn dat je er bent.</p>"), order=20),
        Panel("beside.guide", "Gespreksgids", Markup(SCRIPT), order=10),
    )
"""
RAISING = """
from core.api import hookimpl


@hookimpl
def add_workbench_panels(request):
    raise RuntimeError("a secret")
"""


def distribute(folder: Path, name: str, hooks: str) -> None:
    """A plugin as a distribution of its own, as pip would leave it."""
    package, metadata = folder / name, folder / f"{name}-1.dist-info"
    package.mkdir(parents=True)
    metadata.mkdir()
    (package / "__init__.py").write_text('"""A plugin for a test."""\n')
    (package / "hooks.py").write_text(hooks)
    (package / "plugin.toml").write_text(f'name = "{name}"\nentry_point = "{name}"\nversion = "1"\napi_version = 1\n')
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(f"[luwte.plugins]\n{name} = {name}\n")


@pytest.fixture(scope="module")
def panels_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server on which one organisation has switched on two more plugins: one with scripts, one that raises."""
    folder = tmp_path_factory.mktemp("panels")
    distribute(folder / "distribution", "beside", HOOKS)
    distribute(folder / "distribution", "raising", RAISING)
    shutil.copytree(ROOT / "tenants", folder / "tenants")
    card = folder / "tenants" / "luisterboom" / "tenant.toml"
    card.write_text(card.read_text().replace('plugins = ["chat"]', 'plugins = ["chat", "beside", "raising"]'))
    server = make_server(folder, {"luwte.tenants_folder": str(folder / "tenants")})
    server.environment = {"PYTHONPATH": str(folder / "distribution")}
    server.start()
    yield server
    server.stop()


def open_bench(page: Page, server: RunningServer, organisation: str, name: str) -> None:
    """To the workbench, as a volunteer does it."""
    page.goto(server.address(f"{organisation}-werk.localhost", "/chat"))
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill(password_of(server, organisation, name))
    page.keyboard.press("Enter")
    expect(page.locator("[data-bench]")).to_be_visible()


def test_panels_stand_in_order_as_html_without_script(visit: Visit, panels_server: RunningServer) -> None:
    page = visit(viewport={"width": 1280, "height": 800})
    open_bench(page, panels_server, "luisterboom", "noor")
    panels = page.locator("aside.bench-panels")
    expect(panels.locator("h2")).to_have_text(["Gespreksgids", "Woorden die helpen"])
    expect(panels).to_contain_text("Vraag eerst: ben je alleen?")
    assert panels.locator("script, form, button, [data-messages], [data-take], [style], [onclick]").count() == 0
    sources = page.evaluate("() => [...document.scripts].map((it) => it.getAttribute('src')).filter(Boolean)")
    assert sources
    assert [source for source in sources if not re.fullmatch(r"/static/\w+/(core|chat)/[\w.]+", source)] == []
    assert page.title() != "taken"
    expect(panels.locator(".quiet")).to_have_text("Er rust hier even iets. Je gesprekken gaan gewoon door.")
    assert "a secret" not in page.content()


def test_a_panels_link_leaves_the_conversation_where_it_is(visit: Visit, panels_server: RunningServer) -> None:
    page = visit(viewport={"width": 1280, "height": 800})
    open_bench(page, panels_server, "luisterboom", "noor")
    link = page.locator("aside.bench-panels a")
    assert (link.get_attribute("target"), link.get_attribute("rel")) == ("_blank", "noopener noreferrer")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280, 1700])
def test_the_workbench_stays_open_to_all(visit: Visit, panels_server: RunningServer, width: int, scheme: str) -> None:
    page = visit(viewport={"width": width, "height": 800}, color_scheme=scheme)
    open_bench(page, panels_server, "luisterboom", "noor")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    lists, panels = (page.locator(part).bounding_box() for part in (".bench-lists", ".bench-panels"))
    assert lists
    assert panels
    assert lists["height"] >= 300  # who waits is not pushed away
    assert panels["y"] + panels["height"] <= 801


def test_without_panels_the_workbench_is_as_it_was(visit: Visit, panels_server: RunningServer) -> None:
    page = visit(viewport={"width": 1280, "height": 800})
    open_bench(page, panels_server, "thuisanker-noord", next(iter(_names(panels_server, "thuisanker-noord"))))
    assert page.locator(".bench-panels").count() == 0


def _names(server: RunningServer, organisation: str) -> list[str]:
    return list(tomllib.loads((server.home / "demo-sign-ins.toml").read_text("utf-8"))[organisation])
