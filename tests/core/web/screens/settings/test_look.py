"""The pages with settings in a browser: each kind of field accessible, light and dark, at 320 px, by keyboard."""

import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from waitress.server import create_server

from core.testing.browser import Visit
from core.testing.database import Database
from core.testing.server import free_ports
from tests.core.web.screens.settings.house import PLACES, Seats

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
OVERFLOWS = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
SMALL = """() => [...document.querySelectorAll("main button, main a, main .tick label")]
  .filter((it) => it.getClientRects().length && !it.closest("p:not(.tick):not(.actions)") && !it.closest(".note"))
  .map((it) => [it.textContent.trim(), it.getBoundingClientRect().height]).filter(([, height]) => height < 43.5)"""


@pytest.fixture
def database_kind() -> str:
    """What is looked at does not depend on the database."""
    return "sqlite"


@pytest.fixture
def port(database: Database, seats: Seats) -> Iterator[int]:
    """The pages, served on a port."""
    number = free_ports(1)[0]
    server = create_server(seats.app, host="127.0.0.1", port=number, threads=2)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield number
    server.close()
    thread.join(timeout=1)


def open_page(visit: Visit, seats: Seats, port: int, slug: str, path: str = "/instellingen", **window: object) -> Page:
    """The page as the coordinator, or at the console the network admin, has it."""
    cookie = seats.browser(slug).extra_environ["HTTP_COOKIE"].removeprefix("staff=")
    page = visit(bypass_csp=True, **{"viewport": NARROW, **window})
    page.context.add_cookies([{"name": "staff", "value": cookie, "domain": PLACES[slug], "path": "/"}])
    page.goto(f"http://{PLACES[slug]}:{port}{path}")
    return page


def faults(page: Page) -> list[str]:
    """What axe finds, what sticks out, what is too small to hit."""
    found = [f"{rule['id']}: {rule['nodes'][0]['html']}" for rule in Axe().run(page).response["violations"]]
    return [*found, *(["wider than the window"] if page.evaluate(OVERFLOWS) else []), *map(str, page.evaluate(SMALL))]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_is_accessible(visit: Visit, seats: Seats, port: int, scheme: str) -> None:
    seats.store("portal", "lock.tea.minutes", "below")
    seats.store("region", "plugin.tea.kind", "white")
    seats.store("region", "plugin.tea.sweet", True)
    for slug, path in (
        ("portal", "/instellingen?bewaard=ja"),
        ("region", "/instellingen"),
        ("console", "/instellingen"),
        ("console", "/instellingen?organisatie=console"),
        ("console", "/instellingen?organisatie=portal"),
    ):
        assert faults(open_page(visit, seats, port, slug, path, color_scheme=scheme)) == [], (slug, path)
    page = open_page(visit, seats, port, "portal", color_scheme=scheme)
    for name, typed in {"minutes": "12", "key": "kort", "welcome": ""}.items():
        page.fill(f"#tea-{name}", typed)
    page.click("main button[type=submit]")
    page.wait_for_selector("[role=alert]")
    assert faults(page) == []


def test_a_setting_is_changed_by_keyboard_alone(visit: Visit, seats: Seats, port: int) -> None:
    page = open_page(visit, seats, port, "portal", java_script_enabled=False)
    page.focus("#tea-sweet")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    page.focus("[role=alert] a")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "tea-minutes"
    page.keyboard.press("Control+A")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=status]")
    assert (seats.value("portal", "sweet"), seats.value("portal", "minutes")) == (True, 3)
