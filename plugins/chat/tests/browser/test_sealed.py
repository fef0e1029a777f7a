"""What people see of sealing: states that are true, a page that is opened anew, and a browser that cannot seal."""

import pytest
from playwright.sync_api import Page, expect

from core.testing.browser import Visit
from core.testing.server import RunningServer

from .test_two_browsers import DESK, PHONE, arrived, bubbles, go_and_wait, sign_in, write

pytestmark = pytest.mark.browser

WITHOUT_WEB_CRYPTO = "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })"
LOSE_THE_TAB = "sessionStorage.clear()"


def _talk(visit: Visit, server: RunningServer) -> tuple[Page, Page]:
    seeker, helper = visit(viewport=PHONE, has_touch=False), visit(viewport=DESK)
    go_and_wait(seeker, server)
    expect(seeker.locator("[data-place]")).to_be_visible()
    sign_in(helper, server)
    helper.locator("[data-take]:enabled").first.click()
    expect(seeker.locator('[data-step="conversation"]')).to_be_visible()
    return seeker, helper


def _stop(seeker: Page, helper: Page) -> None:
    seeker.locator("[data-end]").click()
    seeker.locator('[data-dialog="end"] [data-confirm]').click()
    expect(helper.locator("[data-ended]")).to_be_visible()


def test_a_browser_that_cannot_seal_shows_the_phone_and_sends_nothing(
    visit: Visit, module_server: RunningServer
) -> None:
    page = visit(viewport=PHONE)
    page.add_init_script(WITHOUT_WEB_CRYPTO)
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.goto(module_server.address("luisterboom.localhost", "/hier"))
    expect(page.locator("[data-refusal]")).to_contain_text("kan een gesprek niet geheim houden")
    expect(page.locator('[data-step="refused"] a[href^="tel:"]').first).to_be_visible()
    expect(page.locator('[data-step="danger"]')).to_be_hidden()
    assert sockets == []


def test_a_helper_without_a_shift_reads_that_the_key_comes_first(visit: Visit, module_server: RunningServer) -> None:
    seeker, helper = visit(viewport=PHONE), visit(viewport=DESK)
    go_and_wait(seeker, module_server)
    expect(seeker.locator("[data-place]")).to_be_visible()
    sign_in(helper, module_server, name="sem")
    expect(helper.locator("[data-no-shift]")).to_be_hidden()
    helper.goto(module_server.address("luisterboom-werk.localhost", "/dienst"))
    helper.locator("[data-stop]").click()
    expect(helper.locator('[data-step="begin"]')).to_be_visible()
    helper.goto(module_server.address("luisterboom-werk.localhost", "/chat"))
    expect(helper.locator("[data-no-shift]")).to_be_visible()
    helper.locator("[data-take]:enabled").first.click()
    expect(helper.locator("[data-notice]")).to_contain_text("Eerst je sleutel")
    expect(seeker.locator('[data-step="waiting"]')).to_be_visible()
    seeker.locator("[data-stop]").click()
    seeker.locator('[data-dialog="stop"] [data-confirm]').click()


def test_a_shift_that_was_begun_in_another_browser_takes_nobody_here(
    visit: Visit, module_server: RunningServer
) -> None:
    """The server knows that shift, and would agree; but its keys are not in this browser, and nobody could read."""
    seeker, there, here = visit(viewport=PHONE), visit(viewport=DESK), visit(viewport=DESK)
    go_and_wait(seeker, module_server)
    expect(seeker.locator("[data-place]")).to_be_visible()
    sign_in(there, module_server, name="sem")
    here.context.add_cookies([{**cookie} for cookie in there.context.cookies()])  # type: ignore[typeddict-item]
    here.goto(module_server.address("luisterboom-werk.localhost", "/chat"))
    expect(here.locator("[data-no-shift]")).to_be_visible()
    here.locator("[data-take]:enabled").first.click()
    expect(here.locator("[data-notice]")).to_contain_text("Eerst je sleutel")
    there.locator("[data-take]:enabled").first.click()
    expect(seeker.locator('[data-step="conversation"]')).to_be_visible()
    _stop(seeker, there)


def test_an_open_conversation_keeps_the_shift(visit: Visit, module_server: RunningServer) -> None:
    seeker, helper = _talk(visit, module_server)
    shift = helper.context.new_page()
    shift.goto(module_server.address("luisterboom-werk.localhost", "/dienst"))
    shift.locator("[data-stop]").click()
    expect(shift.locator("body")).to_contain_text("open gesprek")
    write(helper, "ik ben er nog")
    arrived(seeker, 1)
    _stop(seeker, helper)


def test_states_go_on_to_read(visit: Visit, module_server: RunningServer) -> None:
    seeker, helper = _talk(visit, module_server)
    write(seeker, "hoi")
    expect(seeker.locator(".bubble.mine [data-state]")).to_have_text("Gelezen")
    write(helper, "dag")
    expect(helper.locator(".bubble.mine [data-state]")).to_have_text("Gelezen")
    seeker.context.set_offline(True)
    write(helper, "ben je er nog?")
    expect(helper.locator(".bubble.mine [data-state]").last).to_have_text("Verstuurd, nog niet aangekomen")
    seeker.context.set_offline(False)
    expect(helper.locator(".bubble.mine [data-state]").last).to_have_text("Gelezen", timeout=40_000)
    _stop(seeker, helper)


def test_a_page_that_lost_its_key_keeps_the_place_and_gets_what_it_had_not_received(
    visit: Visit, module_server: RunningServer
) -> None:
    seeker, helper = _talk(visit, module_server)
    write(helper, "een")
    arrived(seeker, 1)
    expect(helper.locator(".bubble.mine [data-state]")).to_have_text("Gelezen")
    seeker.context.set_offline(True)
    expect(seeker.locator("[data-status]")).to_be_visible(timeout=30_000)
    write(helper, "twee")
    expect(helper.locator(".bubble.mine[data-arrived]")).to_have_count(2)
    seeker.evaluate(LOSE_THE_TAB)
    seeker.context.set_offline(False)
    seeker.reload()
    expect(seeker.locator(".bubble [data-body]")).to_have_text(["twee"])
    expect(seeker.locator("[data-messages]")).to_contain_text("kunnen we niet meer laten zien")
    expect(helper.locator("[data-messages]")).to_contain_text("opnieuw geopend")
    write(seeker, "drie")
    expect(helper.locator(".bubble [data-body]")).to_have_text(["een", "twee", "drie"])
    assert seeker.locator("[data-wrong]").inner_text() == helper.locator("[data-wrong]").inner_text() == ""
    _stop(seeker, helper)


def test_a_tab_keeps_no_text_and_nothing_after_the_end(visit: Visit, module_server: RunningServer) -> None:
    seeker, helper = _talk(visit, module_server)
    write(seeker, "een geheim van mij")
    arrived(helper, 1)
    kept = seeker.evaluate("JSON.stringify([{ ...sessionStorage }, { ...localStorage }])")
    assert "halves" in kept
    assert "geheim" not in kept
    seeker.reload()
    arrived(seeker, 1)
    assert bubbles(seeker) == ["een geheim van mij"]
    _stop(seeker, helper)
    expect(seeker.locator('[data-step="after"]')).to_be_visible()
    assert seeker.evaluate("sessionStorage.length") == 0
