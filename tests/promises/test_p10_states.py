"""P10 for what the demo organisations do not show: contributions of plugins, careless ones too, and a closed site."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.testing.browser import Visit
from core.testing.server import ROOT, RunningServer, make_server
from core.testing.staff import signed_in_staff
from tests.core.web.careless import DUTCH, HEADER, PLUGINS
from tests.promises.open_to_all import DESK, PHONE, Look, sign_in_as, tab_to

pytestmark = [pytest.mark.promise_p10, pytest.mark.browser]

CARELESS = ("tidy", "raising", "scripted")


def distribute(folder: Path, name: str, hooks: str) -> None:
    """A plugin as a distribution of its own, as pip would leave it."""
    package, metadata = folder / name, folder / f"{name}-1.dist-info"
    (package / "locale" / "nl").mkdir(parents=True)
    metadata.mkdir()
    (package / "__init__.py").write_text('"""A plugin for a test."""\n')
    (package / "hooks.py").write_text(hooks)
    (package / "plugin.toml").write_text(f'name = "{name}"\nentry_point = "{name}"\nversion = "1"\napi_version = 1\n')
    (package / "locale" / "nl" / "messages.po").write_text(DUTCH if name == "tidy" else HEADER)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(f"[luwte.plugins]\n{name} = {name}\n")


@pytest.fixture(scope="module")
def states_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server on which hulpbaken has three more plugins switched on, and vlechtwerk is suspended."""
    folder = tmp_path_factory.mktemp("states")
    for name in CARELESS:
        distribute(folder / "distribution", name, PLUGINS[name])
    shutil.copytree(ROOT / "tenants", folder / "tenants")
    card = folder / "tenants" / "hulpbaken" / "tenant.toml"
    card.write_text(card.read_text().replace("plugins = []", f"plugins = {list(CARELESS)}"))
    closed = folder / "tenants" / "vlechtwerk" / "tenant.toml"
    closed.write_text(closed.read_text().replace('state = "live"', 'state = "suspended"'))
    server = make_server(folder, {"luwte.tenants_folder": str(folder / "tenants")})
    server.environment = {"PYTHONPATH": str(folder / "distribution")}
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("window", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_made_of_contributions(
    visit: Visit, states_server: RunningServer, window: dict[str, int], promise_report: Callable[[str], None]
) -> None:
    look = Look(visit(bypass_csp=True, viewport=window))
    staff = signed_in_staff(states_server, "hulpbaken", [f"c{window['width']}"], frozenset({"helper"}))[0]
    admin = signed_in_staff(states_server, "console", [f"c{window['width']}"], frozenset({"network_admin"}))[0]
    sign_in_as(look.page.context, states_server, "hulpbaken-werk.localhost", staff)
    sign_in_as(look.page.context, states_server, "console.localhost", admin)
    assert look.at(states_server.address("hulpbaken.localhost"))
    expect(look.page.locator(".contributed")).to_have_count(3)
    expect(look.page.locator(".site-nav a")).to_have_text(["Nette pagina"])
    assert look.at(states_server.address("hulpbaken-werk.localhost"))
    expect(look.page.locator(".panel")).to_have_count(2)
    expect(look.page.locator(".doors .badge")).to_have_count(1)
    assert look.at(states_server.address("console.localhost", "/plug-ins"))
    expect(look.page.locator("#faults + .table-frame")).to_have_count(1)
    assert look.wrong == []
    promise_report(f"contributions, careless ones too, at {window['width']} px: {look.looked} looks, 0 violations")


def test_a_closed_site(visit: Visit, states_server: RunningServer, promise_report: Callable[[str], None]) -> None:
    look = Look(visit(bypass_csp=True, viewport=PHONE))
    response = look.page.goto(states_server.address("vlechtwerk.localhost"))
    assert response is not None
    assert response.status == 503
    look.now("a closed site")
    assert look.wrong == []
    promise_report(f"a closed site: {look.looked} looks, 0 violations")


@pytest.fixture(scope="module")
def maimed_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server in production whose plugin was right when it was set up, and is broken since."""
    folder = tmp_path_factory.mktemp("maimed")
    distribute(folder / "distribution", "tidy", PLUGINS["tidy"])
    shutil.copytree(ROOT / "tenants", folder / "tenants")
    card = folder / "tenants" / "hulpbaken" / "tenant.toml"
    card.write_text(card.read_text().replace("plugins = []", 'plugins = ["tidy"]'))
    server = make_server(folder, {"luwte.tenants_folder": str(folder / "tenants")})
    server.environment = {"PYTHONPATH": str(folder / "distribution")}
    server.start()
    server.stop()
    (folder / "distribution" / "tidy" / "hooks.py").write_text("1 / 0\n")
    production = {"luwte.environment": "production", "luwte.trusted_proxies": "127.0.0.1"}
    server.settings = {**server.settings, **production, "luwte.strict_plugins": "false"}
    server.start()
    yield server
    server.stop()


def test_a_plugin_that_had_to_be_left_out(
    visit: Visit, maimed_server: RunningServer, promise_report: Callable[[str], None]
) -> None:
    look = Look(visit(bypass_csp=True, viewport=PHONE))
    staff = signed_in_staff(maimed_server, "hulpbaken", ["maimed"], frozenset({"helper"}))[0]
    admin = signed_in_staff(maimed_server, "console", ["maimed"], frozenset({"network_admin"}))[0]
    sign_in_as(look.page.context, maimed_server, "hulpbaken-werk.localhost", staff)
    sign_in_as(look.page.context, maimed_server, "console.localhost", admin)
    for host in ("hulpbaken.localhost", "hulpbaken-werk.localhost", "console.localhost"):
        assert look.at(maimed_server.address(host)), host
        expect(look.page.locator("main .note").first).to_be_visible()
    assert look.at(maimed_server.address("console.localhost", "/plug-ins"))
    expect(look.page.locator(".note.danger")).to_contain_text("ZeroDivisionError")
    for host in ("hulpbaken.localhost", "hulpbaken-werk.localhost"):
        response = look.page.goto(maimed_server.address(host, "/tidy"))
        assert response is not None
        assert response.status == 503
        look.now(f"an address of a plugin that is out at {host}")
    assert look.wrong == []
    promise_report(f"a plugin that had to be left out: {look.looked} looks, 0 violations")


def test_contributed_links_are_reached_by_keyboard(visit: Visit, states_server: RunningServer) -> None:
    page = visit(viewport=DESK)
    page.goto(states_server.address("hulpbaken.localhost"))
    tab_to(page, ".site-nav a")
    tab_to(page, ".foot a[href='/tidy']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tidy")


def test_the_console_by_keyboard(
    visit: Visit, states_server: RunningServer, promise_report: Callable[[str], None]
) -> None:
    page = visit(viewport=DESK)
    admin = signed_in_staff(states_server, "console", ["keys"], frozenset({"network_admin"}))[0]
    sign_in_as(page.context, states_server, "console.localhost", admin)
    page.goto(states_server.address("hulpbaken.localhost"))
    page.goto(states_server.address("console.localhost"))
    tab_to(page, "main a[href='/plug-ins']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/plug-ins")
    tab_to(page, "th a[href*='sorteer=hook']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/plug-ins?sorteer=hook&richting=op")
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
    promise_report("by keyboard: the console's plug-ins, sorted")


def test_the_console_without_javascript(
    visit: Visit, states_server: RunningServer, promise_report: Callable[[str], None]
) -> None:
    page = visit(viewport=DESK, java_script_enabled=False)
    admin = signed_in_staff(states_server, "console", ["plain"], frozenset({"network_admin"}))[0]
    sign_in_as(page.context, states_server, "console.localhost", admin)
    page.goto(states_server.address("hulpbaken.localhost"))
    page.goto(states_server.address("console.localhost"))
    page.locator(".doors a[href='/plug-ins']").click()
    page.locator("th a[href*='sorteer=asked']").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
    promise_report("without JavaScript: the console's plug-ins, sorted")
