"""P10: open to all. Axe on every page of the core in every brand, light and dark; by keyboard; without JavaScript.

The states of a conversation are looked at in the chat's own tests.
"""

import shutil
import tomllib
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from core.app import Application, build_installation, make_application
from core.configuration import Configuration
from core.testing.browser import Visit
from core.testing.server import RunningServer, make_server
from core.testing.staff import signed_in_staff
from tests.promises.open_to_all import (
    BRANDS,
    DESK,
    PHONE,
    Look,
    addresses,
    names,
    pages_of,
    reading_of,
    sign_in_as,
    tab_to,
)

pytestmark = [pytest.mark.promise_p10, pytest.mark.browser]

STAFF = frozenset({"helper", "moderator", "editor", "coordinator"})
ADMIN = frozenset({"network_admin"})
SignedIn = Callable[[str, frozenset[str]], str]


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory, prepared_server: RunningServer) -> Iterator[Application]:
    """The application itself, to ask it which routes it has."""
    home = tmp_path_factory.mktemp("introspection") / "var"
    shutil.copytree(prepared_server.home, home)
    installation = build_installation(Configuration(home=home))
    installation.directory.refresh()
    yield make_application(installation)
    installation.engine.dispose()


@pytest.fixture(scope="module")
def module_server(tmp_path_factory: pytest.TempPathFactory, prepared_server: RunningServer) -> Iterator[RunningServer]:
    """A server for the tests of this file, with each page that can be switched on."""
    folder = tmp_path_factory.mktemp("module-server")
    server = make_server(folder, {"luwte.developers_page": "true"}, like=prepared_server)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def signed_in(module_server: RunningServer) -> SignedIn:
    """Gives a session cookie of a new member of staff."""
    people = iter(range(1000))

    def sign_in(organisation: str, roles: frozenset[str]) -> str:
        return signed_in_staff(module_server, organisation, [f"p10-{next(people)}"], roles)[0]

    return sign_in


@pytest.mark.parametrize("brand", BRANDS)
def test_every_page_of_a_site(
    visit: Visit,
    module_server: RunningServer,
    application: Application,
    brand: str,
    promise_report: Callable[[str], None],
) -> None:
    look, host = Look(visit(bypass_csp=True, viewport=PHONE)), f"{brand}.localhost"
    known = {"page": reading_of(module_server, brand)}
    routes = pages_of(application, "site")
    seen = {
        route.name for route in routes for path in addresses(route, known) if look.at(module_server.address(host, path))
    }
    look.page.goto(module_server.address(host, "/nergens"))
    look.now(f"{brand}: no such page")
    assert look.wrong == []
    assert names(routes) - seen <= {route.name for route in routes if "." in route.name and _may_be_off(route.name)}
    promise_report(f"site of {brand}: {look.looked} looks, 0 violations")


def _may_be_off(name: str) -> bool:
    """A plugin's page is not there where the plugin is switched off."""
    core = {"site", "leave", "identity", "realtime", "assets", "settings", "console", "developer"}
    return name.partition(".")[0] not in core


@pytest.mark.parametrize("brand", BRANDS)
def test_every_page_of_a_workplace(
    visit: Visit,
    module_server: RunningServer,
    application: Application,
    signed_in: SignedIn,
    brand: str,
    promise_report: Callable[[str], None],
) -> None:
    seen, looked = _staff_pages(visit, module_server, application, f"{brand}-werk", signed_in(brand, STAFF))
    missing = names(pages_of(application, "workplace")) - seen
    assert all(_may_be_off(name) for name in missing), missing
    promise_report(f"workplace of {brand}: {looked} looks, 0 violations")


def test_every_page_of_the_console(
    visit: Visit,
    module_server: RunningServer,
    application: Application,
    signed_in: SignedIn,
    promise_report: Callable[[str], None],
) -> None:
    seen, looked = _staff_pages(visit, module_server, application, "console", signed_in("console", ADMIN))
    missing = names(pages_of(application, "console")) - seen
    assert all(_may_be_off(name) for name in missing), missing
    promise_report(f"console: {looked} looks, 0 violations")


def _staff_pages(
    visit: Visit, server: RunningServer, application: Application, host: str, cookie: str
) -> tuple[set[str], int]:
    """Each page as a stranger sees it, then signed in, then locked; and the sign-in form with its faults."""
    place = "console" if host == "console" else "workplace"
    routes, full = pages_of(application, place), f"{host}.localhost"
    look = Look(visit(bypass_csp=True, viewport=DESK))

    def each() -> set[str]:
        return {route.name for route in routes for path in addresses(route, {}) if look.at(server.address(full, path))}

    seen = each()
    look.page.goto(server.address(full, "/aanmelden"))
    look.page.locator("main button").click()
    expect(look.page.locator(".fault")).to_have_count(2)
    look.now(f"{host}: sign-in with faults")
    sign_in_as(look.page.context, server, full, cookie)
    seen |= each()
    look.page.goto(server.address(full, "/nergens"))
    look.now(f"{host}: no such page")
    look.page.goto(server.address(full))
    look.page.locator("[data-lock]").click()
    expect(look.page.locator("h1")).to_have_text("Vergrendeld")
    seen |= each()
    assert look.wrong == []
    return seen, look.looked


def test_the_neutral_page(visit: Visit, module_server: RunningServer, promise_report: Callable[[str], None]) -> None:
    look = Look(visit(bypass_csp=True, viewport=PHONE))
    assert look.at(module_server.address("kalender.localhost"))
    assert look.at(module_server.address("kalender.localhost", "/"))
    assert look.wrong == []
    promise_report(f"neutral page: {look.looked} looks, 0 violations")


def test_what_axe_would_find_is_found(visit: Visit, module_server: RunningServer) -> None:
    look = Look(visit(bypass_csp=True, viewport=PHONE))
    assert look.at(module_server.address("luisterboom.localhost"))
    look.page.evaluate("""() => {
      document.querySelector("main").insertAdjacentElement("beforeend", document.createElement("button"));
      const wide = document.createElement("div");
      wide.style.width = "2000px"; wide.style.height = "1px";
      document.body.append(wide);
    }""")
    look.now("broken")
    assert any("button-name" in line for line in look.wrong)
    assert any("wider than the window" in line for line in look.wrong)


# ---- by keyboard alone ----


def test_reading_and_leaving_by_keyboard(
    visit: Visit, module_server: RunningServer, promise_report: Callable[[str], None]
) -> None:
    page = visit(viewport=DESK)
    page.goto(module_server.address("hulpbaken.localhost"))
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.matches('.skip')")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    tab_to(page, ".tile a")
    page.keyboard.press("Enter")
    expect(page.locator("article h1")).to_be_visible()
    tab_to(page, ".back a")
    page.keyboard.press("Enter")
    expect(page.locator(".hero")).to_be_visible()
    tab_to(page, ".foot a[hreflang]")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    tab_to(page, '.foot a[href="/veilig-bezoek"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/veilig-bezoek")
    tab_to(page, "[data-leave]")
    page.keyboard.press("Enter")
    page.wait_for_url("**//kalender.localhost*/**")
    promise_report("by keyboard: skip link, reading, language, safe visit, leaving")


def _sign_in_by_keyboard(page: Page, server: RunningServer, organisation: str, host: str) -> None:
    people = tomllib.loads((server.home / "demo-sign-ins.toml").read_text("utf-8"))[organisation]
    name, password = next(iter(people.items()))
    page.goto(server.address(host))
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    expect(page.locator("form[action='/afmelden']").first).to_be_visible()


def test_a_shift_by_keyboard(visit: Visit, module_server: RunningServer, promise_report: Callable[[str], None]) -> None:
    page = visit(viewport=DESK)
    _sign_in_by_keyboard(page, module_server, "luisterboom", "luisterboom-werk.localhost")
    tab_to(page, "main a[href='/wachtwoord']")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Je wachtwoord veranderen")
    for field in ("#password", "#new", "#again", "main button"):
        tab_to(page, field)
    page.keyboard.press("Enter")
    expect(page.locator(".fault").first).to_be_visible()
    tab_to(page, "[data-lock]")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Vergrendeld")
    tab_to(page, "form[action='/afmelden'] button")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_contain_text("Je bent afgemeld")
    promise_report("by keyboard: signing in, own password with its faults, locking, signing out")


# ---- without JavaScript ----


def test_a_site_without_javascript(
    visit: Visit, module_server: RunningServer, promise_report: Callable[[str], None]
) -> None:
    page = visit(viewport=PHONE, java_script_enabled=False)
    for brand in BRANDS:
        page.goto(module_server.address(f"{brand}.localhost"))
        page.locator(".tile a").first.click()
        expect(page.locator("article h1")).to_be_visible()
        page.locator(".back a").click()
        page.locator(".foot a[href='/over-deze-site']").click()
        expect(page.locator("article h1")).to_be_visible()
        page.locator(".foot a[href='/veilig-bezoek']").click()
        expect(page.locator("h1")).to_be_visible()
        page.locator("[data-leave]").click()
        page.wait_for_url("**//kalender.localhost*/**")
        expect(page.locator("table")).to_be_visible()
    promise_report(f"without JavaScript: reading, about, safe visit and leaving at {len(BRANDS)} organisations")


def test_a_workplace_without_javascript(
    visit: Visit, module_server: RunningServer, promise_report: Callable[[str], None]
) -> None:
    page = visit(viewport=DESK, java_script_enabled=False)
    page.goto(module_server.address("luisterboom-werk.localhost", "/wachtwoord"))
    people = tomllib.loads((module_server.home / "demo-sign-ins.toml").read_text("utf-8"))["luisterboom"]
    name, password = list(people.items())[-1]
    page.locator("[name=name]").fill(name)
    page.locator("[name=password]").fill("not the password")
    page.locator("main button").click()
    expect(page.locator(".fault")).to_be_visible()
    page.locator("[name=password]").fill(password)
    page.locator("main button").click()
    expect(page.locator("h1")).to_have_text("Je wachtwoord veranderen")
    page.locator("[data-lock]").click()
    expect(page.locator("h1")).to_have_text("Vergrendeld")
    page.locator("[name=password]").fill(password)
    page.locator("main button").first.click()
    expect(page.locator("h1")).to_contain_text("Welkom")
    page.locator("form[action='/afmelden'] button").click()
    expect(page.locator("[role=status]")).to_contain_text("Je bent afgemeld")
    promise_report("without JavaScript: signing in with its faults, lock and unlock, own password, signing out")
