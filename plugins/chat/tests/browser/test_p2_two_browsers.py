"""P2 with real browsers: a helper gives a time-out, one browser session reads why, over a restart too; others wait."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from core.testing.browser import Visit
from core.testing.server import RunningServer

from .test_two_browsers import DESK, PHONE, go_and_wait, sign_in, write

pytestmark = [pytest.mark.browser, pytest.mark.promise_p2]

PAUSE = "Je krijgt een pauze tot"


def give(helper: Page, *, length: str = "1440", reason: str = "swearing") -> str:
    """Gives a time-out as a helper does, by keyboard and mouse; returns what the preview says."""
    helper.keyboard.press("F8")
    dialog = helper.locator('[data-dialog="time-out"]')
    expect(dialog).to_be_visible()
    dialog.locator("[data-give]").click()
    expect(dialog.locator("[data-fault]")).to_contain_text("Kies waarom")
    dialog.locator(f'[value="{length}"]').check()
    dialog.locator(f'[value="{reason}"]').check()
    preview = dialog.locator("[data-preview]").inner_text()
    dialog.locator("[data-give]").click()
    expect(dialog).to_be_hidden()
    return preview


def reads_the_pause(page: Page, sentence: str = PAUSE) -> None:
    """The page says why and until when, and offers the phone, the emergency line and reading; no script of the chat."""
    step = page.locator("[data-time-out]")
    expect(step).to_contain_text(sentence)
    expect(step.locator(".call-number")).to_be_visible()
    expect(step.locator('a[href="tel:112"]')).to_be_visible()
    assert step.locator(".tile a").count() > 0
    assert page.locator("[data-chat]").count() == 0


def swears(seeker: Page, helper: Page, server: RunningServer) -> None:
    """Somebody has a conversation, and swears in it."""
    go_and_wait(seeker, server)
    expect(seeker.locator("[data-place]")).to_be_visible()
    sign_in(helper, server)
    helper.locator("[data-take]").first.click()
    expect(seeker.locator('[data-step="conversation"]')).to_be_visible()
    write(seeker, "stom wijf")
    expect(helper.locator(".bubble")).to_have_count(1)


def is_for_everybody(page: Page) -> None:
    """No fault is found, on a phone and a desktop, light and dark."""
    for scheme in ("light", "dark"):
        for width in (320, 1280):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(ViewportSize(width=width, height=800))
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()


def test_a_time_out_from_the_conversation_to_the_end(
    visit: Visit, running_server: RunningServer, promise_report: Callable[[str], None]
) -> None:
    server = running_server
    seeker, helper = visit(viewport=PHONE, bypass_csp=True), visit(viewport=DESK, bypass_csp=True)
    complaints: list[str] = []
    for page in (seeker, helper):
        page.on("pageerror", lambda error: complaints.append(str(error)))
    swears(seeker, helper, server)
    history = seeker.evaluate("history.length")
    helper.locator("[data-time-out]").click()
    is_for_everybody(helper)
    helper.set_viewport_size(ViewportSize(width=1280, height=800))
    helper.keyboard.press("Escape")
    preview = give(helper)
    reads_the_pause(seeker, preview)
    assert seeker.evaluate("history.length") == history, "leaving at once still leaves the site"
    expect(helper.locator("[data-ended]")).to_be_visible()
    expect(helper.locator("[data-log]")).to_contain_text("Je gaf Vlinder een time-out")
    expect(helper.locator("[data-time-out]")).to_be_hidden()
    is_for_everybody(seeker)
    _holds_over_a_restart(seeker, server, preview)
    assert complaints == []

    other = visit(viewport=PHONE)
    go_and_wait(other, server, name="Ander")
    expect(other.locator("[data-place]")).to_contain_text("eerste")
    assert PAUSE not in other.content()
    promise_report("two browsers and a restart: one session reads why and until when, the other waits as ever")


def _holds_over_a_restart(seeker: Page, server: RunningServer, preview: str) -> None:
    server.restart()
    seeker.reload()
    reads_the_pause(seeker, preview)
    seeker.goto(server.address("luisterboom.localhost"))
    expect(seeker.locator("a.start")).to_be_visible()
    seeker.goto(server.address("luisterboom.localhost", "/hier"))
    reads_the_pause(seeker, preview)
    with closing(sqlite3.connect(server.home / "luwte.db")) as database:
        assert database.execute("SELECT reason FROM time_out").fetchall() == [("swearing",)]
