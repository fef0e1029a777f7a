"""What goes wrong at the worst moment: between a connect and the server's first answer, and while a page is away."""

import pytest
from playwright.sync_api import Page, expect

from core.testing.browser import Visit
from core.testing.server import RunningServer

from .test_two_browsers import PHONE, bubbles, go_and_wait, sign_in, write

pytestmark = pytest.mark.browser

SLOW_HELLO = """
const Real = window.WebSocket;
window.WebSocket = class extends Real {
  send(data) {
    if (window.slow && typeof data === "string" && data.includes('"chat.hello"')) {
      window.held = () => super.send(data);
    } else super.send(data);
  }
};
"""

NOT_OUR_PAGE = """
const Real = window.TextEncoder;
const evil = {
  name: "\\u202e" + "constructor " + "a\\u0301\\u0301\\u0301\\u0301\\u0301".repeat(9) + "W".repeat(5000),
  danger: "constructor", age: { toString: 1 },
};
window.TextEncoder = class extends Real {
  encode(text) {
    return super.encode(text.includes('"name"') ? JSON.stringify(Object.assign(JSON.parse(text), evil)) : text);
  }
};
"""


def _talk(seeker: Page, helper: Page, server: RunningServer) -> None:
    go_and_wait(seeker, server)
    expect(seeker.locator("[data-place]")).to_be_visible()
    sign_in(helper, server)
    helper.locator("[data-take]").first.click()
    expect(seeker.locator('[data-step="conversation"]')).to_be_visible()


def test_what_is_written_right_after_a_reconnect_waits_for_the_server(
    visit: Visit, module_server: RunningServer
) -> None:
    """On a slow line a page is connected long before the server has told it where it stands."""
    seeker, helper = visit(viewport=PHONE, has_touch=False), visit()
    seeker.add_init_script(SLOW_HELLO)
    _talk(seeker, helper, module_server)
    seeker.evaluate("window.slow = true")
    seeker.context.set_offline(True)
    expect(seeker.locator("[data-status]")).to_be_visible(timeout=30_000)
    seeker.context.set_offline(False)
    for _ in range(150):
        if seeker.evaluate("Boolean(window.held)"):
            break
        seeker.wait_for_timeout(200)
    write(seeker, "ben ik er nog?")
    seeker.wait_for_timeout(1000)
    seeker.evaluate("window.slow = false; window.held()")
    expect(helper.locator(".bubble [data-body]")).to_have_text(["ben ik er nog?"])
    expect(seeker.locator(".bubble.failed")).to_have_count(0)
    assert bubbles(seeker) == ["ben ik er nog?"]


def test_a_question_that_was_never_answered_is_asked_again(visit: Visit, module_server: RunningServer) -> None:
    """The line is open and the server too busy to say where we stand: the page does not stay silent for good."""
    seeker, helper = visit(viewport=PHONE, has_touch=False), visit()
    seeker.add_init_script(SLOW_HELLO)
    _talk(seeker, helper, module_server)
    seeker.evaluate("window.slow = true")
    seeker.context.set_offline(True)
    expect(seeker.locator("[data-status]")).to_be_visible(timeout=30_000)
    seeker.context.set_offline(False)
    for _ in range(150):
        if seeker.evaluate("Boolean(window.held)"):
            break
        seeker.wait_for_timeout(200)
    write(seeker, "hallo?")
    seeker.evaluate("window.slow = false")
    expect(helper.locator(".bubble [data-body]")).to_have_text(["hallo?"], timeout=40_000)


def test_who_was_away_at_the_end_reads_that_the_helper_ended_it(visit: Visit, module_server: RunningServer) -> None:
    seeker, helper = visit(viewport=PHONE, has_touch=False), visit()
    _talk(seeker, helper, module_server)
    seeker.context.set_offline(True)
    expect(seeker.locator("[data-status]")).to_be_visible(timeout=30_000)
    helper.locator("[data-end]").click()
    helper.locator('[data-dialog="end"] [data-confirm]').click()
    expect(helper.locator("[data-ended]")).to_be_visible()
    seeker.context.set_offline(False)
    expect(seeker.locator("[data-after-text]")).to_contain_text("Je hulpverlener", timeout=30_000)
    expect(seeker.locator("[data-after-text]")).not_to_contain_text("lang")


def test_a_nickname_that_no_page_of_ours_would_send_breaks_nothing(visit: Visit, module_server: RunningServer) -> None:
    seeker, helper = visit(viewport=PHONE, has_touch=False), visit(viewport={"width": 1280, "height": 800})
    seeker.add_init_script(NOT_OUR_PAGE)
    _talk(seeker, helper, module_server)
    write(seeker, "hoi")
    expect(helper.locator(".bubble [data-body]")).to_have_text(["hoi"])
    name = helper.locator("[data-talk] [data-name]").inner_text()
    assert name.startswith("constructor")
    assert len(name) <= 40
    assert "native code" not in helper.locator("[data-intake]").inner_text()
    assert helper.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
