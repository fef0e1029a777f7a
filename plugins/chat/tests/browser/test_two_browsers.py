"""A help seeker and a helper talk, each in a browser of their own; the line of one is cut in the middle."""

import pytest
from playwright.sync_api import Page, expect

from core.testing.browser import Visit
from core.testing.keys import begin_shift
from core.testing.server import RunningServer

pytestmark = pytest.mark.browser

EACH_WAY = 20
CUT_MS = 10_000
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}


def go_and_wait(page: Page, server: RunningServer, organisation: str = "luisterboom", name: str = "Vlinder") -> None:
    """From the first page to the waiting room, as a child does it: by the big button and two questions."""
    page.goto(server.address(f"{organisation}.localhost"))
    page.locator('a[href="/hier"]').first.click()
    page.locator('[data-answer="danger"][data-value="no"]').click()
    page.locator("#answer-name").fill(name)
    page.locator('[data-form="name"] [type="submit"]').click()


def sign_in(page: Page, server: RunningServer, organisation: str = "luisterboom", name: str = "noor") -> None:
    """To the workbench, as a volunteer does it: signs in, begins a shift, opens the chat."""
    begin_shift(page, server, (organisation, name))
    page.get_by_role("link", name="Chat").first.click()


def write(page: Page, text: str) -> None:
    """Writes a message and sends it with Enter."""
    page.locator("[data-input]").fill(text)
    page.keyboard.press("Enter")


def bubbles(page: Page) -> list[str]:
    """What stands on the screen, from top to bottom."""
    return page.locator(".bubble [data-body]").all_text_contents()


def arrived(page: Page, count: int) -> None:
    """Waits until so many messages are on the screen, none of them still on its way."""
    expect(page.locator(".bubble[data-arrived]")).to_have_count(count, timeout=30_000)


def test_forty_messages_over_a_cut_line(visit: Visit, module_server: RunningServer) -> None:
    seeker, helper = visit(viewport=PHONE, has_touch=False), visit(viewport=DESK)
    complaints: list[str] = []
    for page in (seeker, helper):
        page.on("pageerror", lambda error: complaints.append(str(error)))
    go_and_wait(seeker, module_server)
    expect(seeker.locator("[data-place]")).to_be_visible()
    sign_in(helper, module_server)
    helper.locator("[data-take]").first.click()
    expect(seeker.locator('[data-step="conversation"]')).to_be_visible()

    for number in range(EACH_WAY // 2):
        write(seeker, f"kind {number}")
        write(helper, f"hulp {number}")
    arrived(seeker, EACH_WAY)
    arrived(helper, EACH_WAY)

    seeker.context.set_offline(True)
    for number in range(EACH_WAY // 2, EACH_WAY):
        write(seeker, f"kind {number}")
        write(helper, f"hulp {number}")
    expect(seeker.locator("[data-status]")).to_contain_text("verbinding is weg")
    seeker.wait_for_timeout(CUT_MS)
    seeker.context.set_offline(False)

    arrived(seeker, 2 * EACH_WAY)
    arrived(helper, 2 * EACH_WAY)
    assert bubbles(seeker) == bubbles(helper)
    for side in ("kind", "hulp"):
        wanted = [f"{side} {number}" for number in range(EACH_WAY)]
        assert [text for text in bubbles(seeker) if text.startswith(side)] == wanted

    helper.locator("[data-end]").click()
    helper.locator('[data-dialog="end"] [data-confirm]').click()
    expect(seeker.locator('[data-step="after"]')).to_be_visible()
    assert complaints == []


def test_a_second_organisation_cannot_see_that_somebody_waits(visit: Visit, module_server: RunningServer) -> None:
    seeker, stranger = visit(viewport=PHONE), visit(viewport=DESK)
    go_and_wait(seeker, module_server)
    expect(seeker.locator('[data-step="waiting"]')).to_be_visible()
    sign_in(stranger, module_server, "thuisanker")
    expect(stranger.locator("[data-waiting-empty]")).to_be_visible()
    assert "Vlinder" not in stranger.content()
    seeker.locator("[data-stop]").click()
    seeker.locator('[data-dialog="stop"] [data-confirm]').click()
    expect(seeker.locator('[data-step="after"]')).to_be_visible()


def test_the_helpers_list_shows_no_name(visit: Visit, module_server: RunningServer) -> None:
    seeker, helper = visit(viewport=PHONE), visit(viewport=DESK)
    go_and_wait(seeker, module_server, name="Zonnebloem")
    sign_in(helper, module_server, name="sem")
    expect(helper.locator("[data-waiting] li")).to_have_count(1)
    assert "Zonnebloem" not in helper.content()
    seeker.locator("[data-stop]").click()
    seeker.locator('[data-dialog="stop"] [data-confirm]').click()
    expect(helper.locator("[data-waiting] li")).to_have_count(0)


def test_thuisanker_asks_age_gender_and_postcode(visit: Visit, module_server: RunningServer) -> None:
    seeker, helper = visit(viewport=PHONE), visit(viewport=DESK)
    go_and_wait(seeker, module_server, "thuisanker", "Buurvrouw")
    seeker.locator("#answer-age").fill("veertig")
    seeker.locator('[data-form="age"] [type="submit"]').click()
    expect(seeker.locator('[data-form="age"] [data-fault]')).to_be_visible()
    seeker.locator("#answer-age").fill("41")
    seeker.locator('[data-form="age"] [type="submit"]').click()
    seeker.locator('[data-step="gender"] [data-skip]').click()
    seeker.locator("#answer-pc4").fill("3511")
    seeker.locator('[data-form="pc4"] [type="submit"]').click()
    expect(seeker.locator('[data-step="waiting"]')).to_be_visible()
    sign_in(helper, module_server, "thuisanker")
    helper.locator("[data-take]").first.click()
    intake = helper.locator("[data-intake]")
    for answer in ("Buurvrouw", "41", "3511", "liever niet gezegd"):
        expect(intake).to_contain_text(answer)
    expect(helper.locator("[data-name]").first).to_have_text("Buurvrouw")


def test_a_refresh_keeps_place_and_messages(visit: Visit, module_server: RunningServer) -> None:
    seeker, helper = visit(viewport=PHONE), visit(viewport=DESK)
    go_and_wait(seeker, module_server)
    expect(seeker.locator("[data-place]")).to_be_visible()
    seeker.reload()
    expect(seeker.locator('[data-step="waiting"]')).to_be_visible()
    sign_in(helper, module_server)
    helper.locator("[data-take]").first.click()
    write(helper, "dag, ik ben er voor je")
    arrived(seeker, 1)
    seeker.reload()
    arrived(seeker, 1)
    helper.reload()
    helper.locator("[data-open]").first.click()
    arrived(helper, 1)
    write(seeker, "ik ben er nog")
    arrived(helper, 2)
    assert bubbles(seeker) == bubbles(helper) == ["dag, ik ben er voor je", "ik ben er nog"]
    seeker.locator("[data-end]").click()
    seeker.locator('[data-dialog="end"] [data-confirm]').click()
    expect(helper.locator("[data-ended]")).to_be_visible()


def test_without_javascript_there_is_the_phone_and_reading(visit: Visit, module_server: RunningServer) -> None:
    page = visit(viewport=PHONE, java_script_enabled=False)
    page.goto(module_server.address("luisterboom.localhost", "/hier"))
    expect(page.locator("body")).to_contain_text("112")
    expect(page.locator('a[href^="tel:"]').first).to_be_visible()
    expect(page.locator('[data-answer="danger"]').first).to_be_hidden()


def test_the_whole_way_by_keyboard_alone(visit: Visit, module_server: RunningServer) -> None:
    """No mouse: both sides find every control with Tab and use it with Enter, Space and the keys on the tooltips."""
    seeker, helper = visit(viewport=DESK), visit(viewport=DESK)
    seeker.goto(module_server.address("luisterboom.localhost"))
    press_on(seeker, 'a[href="/hier"]')
    expect(seeker.locator('[data-step="danger"]')).to_be_visible()
    press_on(seeker, '[data-answer="danger"][data-value="no"]')
    tab_to(seeker, "#answer-name")
    seeker.keyboard.type("Vlinder")
    seeker.keyboard.press("Enter")
    expect(seeker.locator('[data-step="waiting"]')).to_be_visible()

    sign_in(helper, module_server, name="sem")
    expect(helper.locator("[data-take]:enabled")).to_have_count(1)
    helper.keyboard.press("F2")
    expect(helper.locator("[data-input]")).to_be_focused()
    helper.keyboard.type("dag")
    helper.keyboard.press("Enter")
    arrived(seeker, 1)
    tab_to(seeker, "[data-input]")
    seeker.keyboard.type("hoi")
    seeker.keyboard.press("Enter")
    arrived(helper, 2)

    helper.keyboard.press("F9")
    expect(helper.locator('[data-dialog="end"]')).to_be_visible()
    tab_to(helper, '[data-dialog="end"] [data-confirm]')
    helper.keyboard.press("Enter")
    expect(seeker.locator('[data-step="after"]')).to_be_visible()


def tab_to(page: Page, selector: str) -> None:
    """Presses Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(60):
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached with Tab")


def press_on(page: Page, selector: str) -> None:
    """Goes to a control with Tab and presses Enter."""
    tab_to(page, selector)
    page.keyboard.press("Enter")
