"""Each step of the chat and each state of the workbench, at 320 and at 1280 px, light and dark: axe finds nothing."""

from contextlib import suppress

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as NotYet

from core.testing.accessible import DESK, NARROW, faint_in_focus, violations_at_each_width
from core.testing.browser import Visit
from core.testing.server import RunningServer

from .test_two_browsers import go_and_wait, sign_in, write

pytestmark = pytest.mark.browser

SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
STORY = "Thuis is er de hele tijd ruzie en ik weet niet meer wat ik moet doen. " * 8
PAGE_SCROLLS = "document.scrollingElement.scrollHeight > innerHeight + 1"
IN_SIGHT = """(it) => {
  const box = it.getBoundingClientRect();
  return box.top >= 0 && box.bottom <= innerHeight && it.contains(document.elementFromPoint(box.left + 8, box.top + 8));
}"""


class Faults:
    """Gathers what axe finds, by the state that it finds it in, so that one run tells all."""

    def __init__(self) -> None:
        """Nothing is found yet."""
        self.found: dict[str, list[str]] = {}

    def look(self, page: Page, state: str) -> None:
        """Looks at a page in a state."""
        faults = [*violations_at_each_width(page), *faint_in_focus(page)]
        with suppress(NotYet):  # the page hears of the window's new height a moment later
            page.wait_for_function(f"!({PAGE_SCROLLS})", timeout=5000)
        if page.evaluate(PAGE_SCROLLS):
            faults.append("the page scrolls where only a list should")
        if faults:
            self.found[state] = faults


def send(page: Page, question: str, answer: str | None = None) -> None:
    """Answers a question of the intake."""
    if answer is not None:
        page.locator(f"#answer-{question}").fill(answer)
    page.locator(f'[data-form="{question}"] [type="submit"]').click()


@SCHEMES
def test_the_questions_and_the_waiting_room(visit: Visit, module_server: RunningServer, scheme: str) -> None:
    faults, page = Faults(), visit(color_scheme=scheme, bypass_csp=True, viewport=NARROW)
    page.goto(module_server.address("thuisanker.localhost", "/hier"))
    expect(page.locator('[data-step="danger"]')).to_be_visible()
    faults.look(page, "danger")
    page.locator('[data-answer="danger"][data-value="yes"]').click()
    faults.look(page, "danger: yes")
    page.locator("[data-continue]").click()
    faults.look(page, "name")
    for question, wrong, right in (("name", "", "Vlinder"), ("age", "vier", "41"), ("pc4", "0123", "3511")):
        if question == "pc4":
            send(page, "gender")
            faults.look(page, "gender, with a fault")
            page.locator('[data-step="gender"] [data-skip]').click()
        send(page, question, wrong)
        expect(page.locator(f'[data-form="{question}"] [data-fault]')).to_be_visible()
        faults.look(page, f"{question}, with a fault")
        send(page, question, right)
    expect(page.locator("[data-place]")).to_be_visible()
    faults.look(page, "waiting")
    page.locator(".read summary").first.click()
    faults.look(page, "waiting, reading")
    page.locator("[data-stop]").click()
    faults.look(page, "asked whether to stop")
    page.locator('[data-dialog="stop"] [data-confirm]').click()
    expect(page.locator('[data-step="after"]')).to_be_visible()
    faults.look(page, "after")
    assert faults.found == {}


@SCHEMES
def test_the_conversation(visit: Visit, module_server: RunningServer, scheme: str) -> None:
    faults, seeker, helper = Faults(), visit(color_scheme=scheme, bypass_csp=True, viewport=NARROW), visit()
    talk(seeker, helper, module_server)
    faults.look(seeker, "a conversation begins")
    write(helper, "Dag, fijn dat je er bent.")
    write(seeker, STORY)
    expect(helper.locator(".bubble[data-arrived]")).to_have_count(2)
    helper.locator("[data-input]").press_sequentially("ik")
    expect(seeker.locator("[data-typing]")).to_be_visible()
    seeker.locator(".bubble").first.click()
    faults.look(seeker, "messages, somebody writes, a time is shown")
    seeker.locator("[data-input]").fill(STORY * 8)
    expect(seeker.locator("[data-too-long]")).to_be_visible()
    faults.look(seeker, "too long")
    seeker.locator("[data-input]").fill("")
    cut(seeker, faults)
    seeker.locator("[data-end]").click()
    faults.look(seeker, "asked whether to stop")
    seeker.locator('[data-dialog="end"] [data-confirm]').click()
    expect(seeker.locator('[data-step="after"]')).to_be_visible()
    faults.look(seeker, "after the conversation")
    assert faults.found == {}


@SCHEMES
def test_the_workbench(visit: Visit, module_server: RunningServer, scheme: str) -> None:
    faults, helper = Faults(), visit(color_scheme=scheme, bypass_csp=True, viewport=DESK)
    sign_in(helper, module_server)
    expect(helper.locator("[data-waiting-empty]")).to_be_visible()
    faults.look(helper, "a calm evening")
    others = [visit(viewport=NARROW) for _ in range(2)]
    for other in others:
        go_and_wait(other, module_server, name="Ster")
    expect(helper.locator("[data-take]:enabled")).to_have_count(2)
    faults.look(helper, "two people wait")
    for left in (1, 0):
        helper.locator("[data-take]:enabled").first.click()
        expect(helper.locator("[data-take]")).to_have_count(left)
    write(others[0], "ben je er?")
    expect(helper.locator("[data-unread]:visible")).to_have_count(1)
    faults.look(helper, "two conversations, one unread")
    helper.locator('[data-open][aria-current="true"]').hover()
    faults.look(helper, "a mouse on the open conversation")
    cut(helper, faults)
    helper.locator("[data-keys]").click()
    faults.look(helper, "the list of keys")
    helper.locator('[data-dialog="keys"] [data-cancel]').click()
    helper.locator("[data-end]").click()
    faults.look(helper, "asked whether to end")
    helper.locator('[data-dialog="end"] [data-confirm]').click()
    expect(helper.locator("[data-ended]")).to_be_visible()
    faults.look(helper, "an ended conversation")
    leave(others[0])
    assert faults.found == {}


def talk(seeker: Page, helper: Page, server: RunningServer) -> None:
    """Somebody comes and is taken."""
    go_and_wait(seeker, server)
    sign_in(helper, server)
    helper.locator("[data-take]:enabled").first.click()
    expect(seeker.locator('[data-step="conversation"]')).to_be_visible()


def cut(page: Page, faults: Faults) -> None:
    """The line is gone, and comes back."""
    page.context.set_offline(True)
    expect(page.locator("[data-status]")).to_be_visible(timeout=30_000)
    faults.look(page, "the line is cut")
    page.context.set_offline(False)
    expect(page.locator("[data-status]")).to_be_hidden(timeout=30_000)


def leave(seeker: Page) -> None:
    """Ends a conversation, so that the next test begins with an empty waiting room."""
    seeker.locator("[data-end]").click()
    seeker.locator('[data-dialog="end"] [data-confirm]').click()
    expect(seeker.locator('[data-step="after"]')).to_be_visible()


@pytest.mark.parametrize("height", [568, 400], ids=["a small phone", "with its keyboard out"])
def test_the_way_out_of_a_dialog_is_in_sight(visit: Visit, module_server: RunningServer, height: int) -> None:
    page = visit(viewport={"width": 320, "height": height})
    go_and_wait(page, module_server)
    expect(page.locator("[data-place]")).to_be_visible()
    page.locator("[data-stop]").click()
    assert page.locator('[data-dialog="stop"] [data-leave]').evaluate(IN_SIGHT)
    page.locator('[data-dialog="stop"] [data-confirm]').click()
    expect(page.locator('[data-step="after"]')).to_be_visible()


def test_who_stopped_waiting_is_not_thanked_for_talking(visit: Visit, module_server: RunningServer) -> None:
    page = visit(viewport=NARROW)
    go_and_wait(page, module_server)
    expect(page.locator("[data-place]")).to_be_visible()
    page.locator("[data-stop]").click()
    page.locator('[data-dialog="stop"] [data-confirm]').click()
    expect(page.locator("[data-after-title]")).to_have_text("Goed dat je er was.")
    expect(page.locator("[data-after-title]")).to_be_focused()


def test_own_conversations_stay_above_a_long_waiting_room(visit: Visit, module_server: RunningServer) -> None:
    """New messages must not be below the edge because many wait; and the field shows more than one line of a story."""
    seeker, helper = visit(viewport=NARROW), visit(viewport=DESK)
    talk(seeker, helper, module_server)
    mine, waiting = (helper.locator(f"[data-{name}]").bounding_box() for name in ("mine", "waiting-count"))
    assert mine is not None
    assert waiting is not None
    assert mine["y"] + mine["height"] <= waiting["y"]
    heights = []
    for text in ("hoi", STORY, ""):
        seeker.locator("[data-input]").fill(text)
        heights.append(seeker.locator("[data-input]").evaluate("it => it.offsetHeight"))
    assert heights[1] > 2 * heights[0]
    assert heights[2] == heights[0]
    leave(seeker)


def test_the_last_message_stays_in_sight_when_the_line_is_cut(visit: Visit, module_server: RunningServer) -> None:
    seeker, helper = visit(viewport=NARROW), visit(viewport=DESK)
    talk(seeker, helper, module_server)
    for _ in range(3):
        write(helper, STORY)
    expect(seeker.locator(".bubble[data-arrived]")).to_have_count(3)
    seeker.context.set_offline(True)
    expect(seeker.locator("[data-status]")).to_be_visible(timeout=30_000)
    below = "it => it.scrollHeight - it.scrollTop - it.clientHeight"
    expect(seeker.locator("[data-log]")).to_be_visible()
    assert seeker.locator("[data-log]").evaluate(below) <= 1
    seeker.context.set_offline(False)
    expect(seeker.locator("[data-status]")).to_be_hidden(timeout=30_000)
    leave(seeker)
