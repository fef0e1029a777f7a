"""P3: a server that lies. It stands on the wire between real pages and the real server, and does all it can.

Whatever it does, nothing false is shown, and the page says in simple words that something is not right.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from core.testing.browser import Visit
from core.testing.server import RunningServer

from .lies import (
    Json,
    Lie,
    Wire,
    changed,
    dropped,
    false_grant,
    false_receipt,
    false_shift,
    from_another_conversation,
    from_nobody,
    ghost,
    no_receipt,
    own_key,
    reordered,
    replayed,
    swapped,
    truncated,
    unknown_helper,
    withheld,
)  # fmt: skip
from .test_two_browsers import DESK, PHONE, bubbles, go_and_wait, sign_in, write

pytestmark = [pytest.mark.browser, pytest.mark.promise_p3]

CHANGED, TWICE, MISSING = "niet klopt", "één keer", "ontbreekt"
STRANGER, WHO = "niet bij dit gesprek", "niet zeker wie"


TO_SEEKER = [
    (changed, CHANGED), (truncated, CHANGED), (swapped, CHANGED), (replayed, TWICE), (reordered, TWICE),
    (dropped, MISSING), (withheld, MISSING), (from_another_conversation, STRANGER), (from_nobody, MISSING),
]  # fmt: skip
AT_THE_DOOR = [(false_grant, WHO), (ghost, WHO), (false_shift, WHO), (unknown_helper, WHO)]
TO_HELPER = [
    (changed, CHANGED), (truncated, CHANGED), (swapped, CHANGED), (replayed, TWICE), (reordered, TWICE),
    (dropped, MISSING), (from_another_conversation, STRANGER),
]  # fmt: skip


@dataclass
class Desk:
    """The helper's page, and what stands before it."""

    page: Page
    wire: Wire


@pytest.fixture(scope="module")
def desk(chromium: Browser, module_server: RunningServer) -> Iterator[Desk]:
    """A helper on shift, for all attacks."""
    window: Any = {"viewport": DESK}
    context = chromium.new_context(**window)
    page, wire = context.new_page(), Wire()
    wire.stand_before(page)
    sign_in(page, module_server)
    yield Desk(page, wire)
    context.close()


def come(visit: Visit, server: RunningServer, desk: Desk, wire: Wire) -> Page:
    """A visitor with somebody on the wire, whom the helper takes."""
    seeker = visit(viewport=PHONE, has_touch=False)
    wire.stand_before(seeker)
    go_and_wait(seeker, server)
    expect(seeker.locator("[data-place]")).to_be_visible()
    expect(desk.page.locator("[data-take]:enabled")).to_have_count(1)
    desk.page.locator("[data-take]:enabled").click()
    expect(seeker.locator('[data-step="conversation"]')).to_be_visible()
    return seeker


def go(page: Page, desk: Desk) -> None:
    """The visitor stops; the helper's list is empty again."""
    desk.wire.lie, desk.wire.kept = Wire().lie, []
    page.locator("[data-end]").click()
    page.locator('[data-dialog="end"] [data-confirm]').click()
    expect(desk.page.locator("[data-ended]")).to_be_visible()
    desk.page.locator("[data-close]").click()


def nothing_false(page: Page, truth: list[str]) -> None:
    """What is on the screen was said, once, and in this order."""
    shown = bubbles(page)
    assert shown == [text for text in truth if text in shown]


@pytest.mark.parametrize(("lie", "sentence"), TO_SEEKER, ids=lambda it: getattr(it, "__name__", ""))
def test_lies_about_the_helpers_messages(
    visit: Visit,
    module_server: RunningServer,
    desk: Desk,
    lie: Lie,
    sentence: str,
    promise_report: Callable[[str], None],
) -> None:
    wire = Wire()
    seeker = come(visit, module_server, desk, wire)
    write(desk.page, "een")
    expect(seeker.locator(".bubble [data-body]")).to_have_text(["een"])
    wire.lie = lie
    for text in ("twee", "drie"):
        write(desk.page, text)
    expect(seeker.locator("[data-wrong]")).to_contain_text(sentence)
    nothing_false(seeker, ["een", "twee", "drie"])
    go(seeker, desk)
    promise_report(f"to the visitor, {lie.__name__.replace('_', ' ')}: noticed and told")


@pytest.mark.parametrize(("lie", "sentence"), AT_THE_DOOR, ids=lambda it: getattr(it, "__name__", ""))
def test_lies_about_who_helps(
    visit: Visit,
    module_server: RunningServer,
    desk: Desk,
    lie: Lie,
    sentence: str,
    promise_report: Callable[[str], None],
) -> None:
    seeker = come(visit, module_server, desk, Wire(lie))
    write(seeker, "wie ben je?")
    write(desk.page, "ik ben het")
    expect(seeker.locator("[data-wrong]")).to_contain_text(sentence)
    nothing_false(seeker, bubbles(seeker))
    go(seeker, desk)
    promise_report(f"to the visitor, {lie.__name__.replace('_', ' ')}: noticed and told")


@pytest.mark.parametrize(("lie", "sentence"), TO_HELPER, ids=lambda it: getattr(it, "__name__", ""))
def test_lies_about_the_visitors_messages(
    visit: Visit,
    module_server: RunningServer,
    desk: Desk,
    lie: Lie,
    sentence: str,
    promise_report: Callable[[str], None],
) -> None:
    seeker = come(visit, module_server, desk, Wire())
    write(seeker, "een")
    expect(desk.page.locator(".bubble [data-body]")).to_have_text(["een"])
    desk.wire.lie = lie
    for text in ("twee", "drie"):
        write(seeker, text)
    expect(desk.page.locator("[data-wrong]")).to_contain_text(sentence)
    nothing_false(desk.page, ["een", "twee", "drie"])
    go(seeker, desk)
    promise_report(f"to the helper, {lie.__name__.replace('_', ' ')}: noticed and told")


def test_a_key_of_the_servers_own_opens_nothing_and_is_told(
    visit: Visit, module_server: RunningServer, desk: Desk, promise_report: Callable[[str], None]
) -> None:
    def remember(wire: Wire, event: str, told: Json) -> list[Json]:
        if event == "chat.state" and told.get("shift"):
            desk.wire.kept, desk.wire.lie = [told["shift"]], own_key
        return [told]

    seeker = come(visit, module_server, desk, Wire(remember))
    write(seeker, "een")
    expect(desk.page.locator("[data-wrong]")).to_contain_text(CHANGED)
    assert bubbles(desk.page) == []
    go(seeker, desk)
    promise_report("to the helper, a false key: noticed and told")


def test_what_did_not_arrive_is_not_said_to_have_arrived(
    visit: Visit, module_server: RunningServer, desk: Desk, promise_report: Callable[[str], None]
) -> None:
    wire = Wire()
    seeker = come(visit, module_server, desk, wire)
    wire.lie = false_receipt
    write(seeker, "een")
    expect(seeker.locator("[data-wrong]")).to_contain_text(CHANGED)
    wire.lie = no_receipt
    write(seeker, "twee")
    expect(seeker.locator(".bubble [data-state]").last).to_have_text("Verstuurd, nog niet aangekomen")
    assert seeker.locator(".bubble [data-state]").first.inner_text() != "Aangekomen"
    go(seeker, desk)
    promise_report("receipts, changed and dropped: noticed and told")
