"""P7 in the chat: leaving at once from each step, and nothing typed stays in the browser's profile."""

import base64
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Playwright, expect

from core.testing.browser import Visit, with_profile
from core.testing.server import RunningServer

from .test_two_browsers import DESK, PHONE, arrived, go_and_wait, sign_in, write

pytestmark = [pytest.mark.browser, pytest.mark.promise_p7]

TYPED = 20
NEUTRAL = "kalender.localhost"


def on_neutral_page(page: Page) -> None:
    """Waits for the calendar, of which nothing tells where it was reached from."""
    page.wait_for_url(lambda address: NEUTRAL in address)
    expect(page.locator("table")).to_be_visible()


def canaries() -> list[str]:
    """Words that occur nowhere else."""
    return [f"kanarie{uuid4().hex}" for _ in range(TYPED)]


def found_in(folder: Path, words: list[str]) -> list[str]:
    """Which words stand in a file of a folder: as text, in the two-byte text of browsers, or in base64."""
    spellings = {word: _spellings(word) for word in words}
    hits = []
    for file in (path for path in folder.rglob("*") if path.is_file()):
        content = file.read_bytes()
        hits += [
            f"{word} in {file.name}" for word, forms in spellings.items() if any(form in content for form in forms)
        ]
    return hits


def _spellings(word: str) -> list[bytes]:
    plain = word.encode()
    encoded = [base64.b64encode(b"x" * shift + plain)[4:-4] for shift in range(3)]
    return [plain, word.encode("utf-16-le"), *encoded]


def test_nothing_typed_stays_in_the_profile(
    visit: Visit,
    driver: Playwright,
    module_server: RunningServer,
    tmp_path: Path,
    promise_report: Callable[[str], None],
) -> None:
    words = canaries()
    helper = visit(viewport=DESK)
    sign_in(helper, module_server)
    with with_profile(driver, tmp_path, viewport=PHONE) as page:
        go_and_wait(page, module_server, name=words[0])
        helper.locator("[data-take]").first.click()
        expect(page.locator('[data-step="conversation"]')).to_be_visible()
        for word in words[1:-1]:
            write(page, word)
        arrived(page, TYPED - 2)
        page.locator("[data-input]").fill(words[-1])
        page.locator("[data-leave]").first.click()
        on_neutral_page(page)
        expect(helper.locator("[data-ended]")).to_be_visible()
        assert all(word not in page.content() for word in words)
    assert any(tmp_path.rglob("*")), "the browser kept no profile: this test would prove nothing"
    assert found_in(tmp_path, words) == []
    promise_report(f"{TYPED} typed words searched in the browser's whole profile after leaving: 0 found")


def test_a_word_in_the_profile_would_be_found(driver: Playwright, module_server: RunningServer, tmp_path: Path) -> None:
    word = canaries()[0]
    with with_profile(driver, tmp_path, viewport=PHONE) as page:
        page.goto(module_server.address("luisterboom.localhost", f"/?{word}"))
    assert found_in(tmp_path, [word])


@pytest.mark.parametrize("step", ["danger", "name", "waiting", "conversation", "after"])
def test_leaving_from_each_step(visit: Visit, module_server: RunningServer, step: str) -> None:
    page, helper = visit(viewport=PHONE), visit(viewport=DESK)
    page.goto("about:blank")
    before = page.evaluate("history.length")
    reach(page, helper, module_server, step)
    assert page.title() == "Pagina"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    on_neutral_page(page)
    assert page.evaluate("history.length") <= before + 1
    for _ in range(10):
        page.go_back()
        assert "luisterboom" not in page.url
    page.go_forward()
    assert "luisterboom" not in page.url


def reach(page: Page, helper: Page, server: RunningServer, step: str) -> None:
    """Goes to a step of the chat as a visitor does."""
    page.goto(server.address("luisterboom.localhost"))
    page.locator('a[href="/hier"]').first.click()
    expect(page.locator('[data-step="danger"]')).to_be_visible()
    if step == "danger":
        return
    page.locator('[data-answer="danger"][data-value="no"]').click()
    expect(page.locator('[data-step="name"]')).to_be_visible()
    if step == "name":
        return
    page.locator('[data-step="name"] [data-skip]').click()
    expect(page.locator('[data-step="waiting"]')).to_be_visible()
    if step == "waiting":
        return
    sign_in(helper, server)
    helper.locator("[data-take]").first.click()
    expect(page.locator('[data-step="conversation"]')).to_be_visible()
    if step == "conversation":
        return
    page.locator("[data-end]").click()
    page.locator('[data-dialog="end"] [data-confirm]').click()
    expect(page.locator('[data-step="after"]')).to_be_visible()


def test_a_hidden_page_is_covered_and_silent(visit: Visit, module_server: RunningServer) -> None:
    page, helper = visit(viewport=PHONE), visit(viewport=DESK)
    reach(page, helper, module_server, "conversation")
    icon = page.locator('link[rel="icon"]').get_attribute("href")
    page.evaluate(
        """() => {
            Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
            Object.defineProperty(document, "hidden", { value: true, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    assert page.evaluate("getComputedStyle(document.body).visibility") == "hidden" or page.locator("main").is_hidden()
    write(helper, "ben je er nog?")
    page.wait_for_timeout(500)
    assert page.title() == "Pagina"
    assert page.locator('link[rel="icon"]').get_attribute("href") == icon
