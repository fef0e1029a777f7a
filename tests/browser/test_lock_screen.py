"""The workplace's lock in a real browser: by key, by itself, in all windows at once, and nothing comes back by Back."""

import tomllib

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from core.testing.browser import Visit
from core.testing.server import RunningServer

pytestmark = pytest.mark.browser

HOST = "luisterboom-werk.localhost"
HALF_AN_HOUR_MS = 30 * 60 * 1000


def password(server: RunningServer) -> str:
    return str(tomllib.loads((server.home / "demo-sign-ins.toml").read_text("utf-8"))["luisterboom"]["noor"])


def sign_in(page: Page, server: RunningServer, path: str = "/") -> None:
    """By keyboard alone: the name has the focus when the page opens."""
    page.goto(server.address(HOST, path))
    expect(page.locator("[name=name]")).to_be_focused()  # autofocus comes after the page's load on a busy machine
    page.keyboard.type("noor")
    page.keyboard.press("Tab")
    page.keyboard.type(password(server))
    page.keyboard.press("Enter")
    expect(page.locator("form[action='/vergrendel']")).to_be_visible()


def unlock(page: Page, server: RunningServer) -> None:
    """By keyboard alone: the password has the focus."""
    page.keyboard.type(password(server))
    page.keyboard.press("Enter")


def is_locked(page: Page) -> None:
    """The lock screen shows, and nothing of the work."""
    expect(page.locator("h1")).to_have_text("Vergrendeld")
    expect(page.locator("nav")).to_have_count(0)


def test_alt_l_locks_and_the_password_leads_back(visit: Visit, shared_server: RunningServer) -> None:
    page = visit()
    sign_in(page, shared_server, "/wachtwoord")
    expect(page.locator("h1")).to_have_text("Je wachtwoord veranderen")
    page.keyboard.press("Alt+l")
    is_locked(page)
    unlock(page, shared_server)
    expect(page.locator("h1")).to_have_text("Je wachtwoord veranderen")


def test_back_shows_nothing_of_what_was_locked(visit: Visit, shared_server: RunningServer) -> None:
    page = visit()
    sign_in(page, shared_server)
    page.goto(shared_server.address(HOST, "/wachtwoord"))
    page.locator("form[action='/vergrendel'] button").click()
    is_locked(page)
    for _ in range(3):
        page.go_back()
        is_locked(page)


def test_all_windows_lock_and_open_together(visit: Visit, shared_server: RunningServer) -> None:
    first = visit()
    sign_in(first, shared_server)
    second = first.context.new_page()
    second.goto(shared_server.address(HOST, "/wachtwoord"))
    expect(second.locator("h1")).to_have_text("Je wachtwoord veranderen")
    first.keyboard.press("Alt+l")
    is_locked(first)
    is_locked(second)
    unlock(first, shared_server)
    expect(second.locator("h1")).to_have_text("Je wachtwoord veranderen")


def test_signing_out_empties_all_windows(visit: Visit, shared_server: RunningServer) -> None:
    first = visit()
    sign_in(first, shared_server)
    second = first.context.new_page()
    second.goto(shared_server.address(HOST, "/wachtwoord"))
    expect(second.locator("h1")).to_have_text("Je wachtwoord veranderen")
    first.locator("form[action='/afmelden'] button").click()
    expect(first.locator("[role=status]")).to_contain_text("Je bent afgemeld")
    expect(second.locator("h1")).to_have_text("Aanmelden")


def test_half_an_hour_of_nothing_locks_the_screen_by_itself(visit: Visit, shared_server: RunningServer) -> None:
    page = visit()
    page.clock.install()
    sign_in(page, shared_server)
    page.clock.fast_forward(HALF_AN_HOUR_MS - 30_000)
    page.mouse.move(10, 10)
    page.mouse.move(60, 60)
    page.clock.fast_forward(HALF_AN_HOUR_MS - 30_000)
    expect(page.locator("form[action='/vergrendel']")).to_be_visible()
    page.clock.fast_forward(60_000)
    is_locked(page)


def test_a_session_that_was_locked_elsewhere_is_noticed_at_the_next_activity(
    visit: Visit, shared_server: RunningServer
) -> None:
    page = visit()
    page.clock.install()
    sign_in(page, shared_server)
    token = page.locator("[name=csrf_token]").first.input_value()
    # As another window does that this one cannot hear: the page itself is told nothing.
    options = "{method: 'POST', headers: {'X-CSRF-Token': token}, redirect: 'manual'}"
    page.evaluate(f"token => fetch('/vergrendel', {options}).then(() => null)", token)
    page.clock.fast_forward(61_000)
    page.mouse.move(10, 10)
    page.mouse.move(60, 60)
    is_locked(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_screens_are_open_to_all(visit: Visit, shared_server: RunningServer, scheme: str, width: int) -> None:
    page = visit(color_scheme=scheme, viewport={"width": width, "height": 720})
    page.goto(shared_server.address(HOST, "/aanmelden"))
    _is_accessible(page)
    page.locator("main button").click()
    expect(page.locator(".fault")).to_have_count(2)
    _is_accessible(page)
    sign_in(page, shared_server, "/wachtwoord")
    _is_accessible(page)
    page.keyboard.press("Alt+l")
    is_locked(page)
    _is_accessible(page)


def _is_accessible(page: Page) -> None:
    """No violation, and nothing to scroll sideways."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
