"""A helper's shift in a real browser: the first day, a refresh, another computer, signing out."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.identity.roles import HELPER
from core.testing.browser import Visit
from core.testing.keys import begin_shift, certify, words_of
from core.testing.server import RunningServer
from core.testing.staff import signed_in_staff

pytestmark = pytest.mark.browser

HOST = "luisterboom-werk.localhost"
KEPT = """async () => {
  const { openShift } = await import(document.querySelector("script[src*='/keys/']").src.replace("helper", "shift"));
  const shift = await openShift(JSON.parse(document.querySelector("[data-config]").textContent).tenant);
  const pairs = [shift.sealing.pair, shift.signing.pair];
  return { id: shift.id, extractable: pairs.map((pair) => pair.privateKey.extractable) };
}"""
ROWS = """() => new Promise((resolve) => {
  const asked = indexedDB.open("luwte-keys", 1);
  asked.onsuccess = () => {
    const rows = asked.result.transaction("shifts").objectStore("shifts").getAllKeys();
    rows.onsuccess = () => { asked.result.close(); resolve(rows.result.length); };
  };
})"""


def step(page: Page, name: str) -> Any:
    return page.locator(f"[data-step={name}]")


def as_new_helper(page: Page, server: RunningServer, name: str) -> None:
    (cookie,) = signed_in_staff(server, "luisterboom", [name], frozenset({HELPER}))
    page.context.add_cookies([{"name": "staff", "value": cookie, "url": server.address(HOST)}])
    page.goto(server.address(HOST, "/dienst"))


def test_a_new_helper_is_on_shift_after_six_clicks_and_two_phrases(module_server: RunningServer, visit: Visit) -> None:
    page = visit(locale="nl")
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    as_new_helper(page, module_server, "nieuw")
    expect(step(page, "make")).to_be_visible()
    first = page.inner_text("[data-words]")
    page.click("[data-other-words]")
    words = page.inner_text("[data-words]")
    assert len(words.split()) == 5
    assert words != first
    page.click("[data-written-down]")
    page.fill("#repeat", "heel andere woorden")
    page.click("[data-step=repeat] button[type=submit]")
    expect(page.locator("[data-fault-of=repeat]")).to_be_visible()
    page.fill("#repeat", f"  {words.upper()} ")
    page.click("[data-step=repeat] button[type=submit]")
    expect(step(page, "wait")).to_be_visible()
    assert len(page.inner_text("[data-digits]").split()) == 8
    certify(module_server, "luisterboom", ["nieuw"])
    expect(step(page, "begin")).to_be_visible()
    page.fill("#begin", "niet mijn woorden")
    page.click("[data-step=begin] button[type=submit]")
    expect(page.locator("[data-fault-of=begin]")).to_be_visible()
    page.fill("#begin", words)
    page.click("[data-step=begin] button[type=submit]")
    expect(step(page, "open")).to_be_visible()
    assert faults == []


def test_a_shift_outlives_a_refresh_and_ends_by_hand(module_server: RunningServer, visit: Visit) -> None:
    page = visit()
    begin_shift(page, module_server)
    kept = page.evaluate(KEPT)
    assert kept["extractable"] == [False, False]
    page.reload()
    expect(step(page, "open")).to_be_visible()
    assert page.evaluate(KEPT) == kept
    other = page.context.new_page()
    other.goto(module_server.address(HOST, "/dienst"))
    expect(step(other, "open")).to_be_visible()
    page.click("[data-stop]")
    expect(step(page, "begin")).to_be_visible()
    expect(step(other, "begin")).to_be_visible()
    assert page.evaluate(ROWS) == 0


def test_another_computer_says_that_the_shift_is_elsewhere_and_can_take_it_over(
    module_server: RunningServer, visit: Visit
) -> None:
    first, second = visit(), visit()
    sem = ("luisterboom", "sem")
    begin_shift(first, module_server, sem)
    sign_in(second, module_server, "sem")
    expect(step(second, "elsewhere")).to_be_visible()
    second.click("[data-give-up]")
    begin(second, module_server, "sem")
    expect(step(second, "open")).to_be_visible()
    first.reload()
    expect(step(first, "elsewhere")).to_be_visible()


@pytest.mark.parametrize("locked", [False, True])
def test_signing_out_deletes_the_keys(module_server: RunningServer, visit: Visit, locked: bool) -> None:
    page = visit()
    begin_shift(page, module_server)
    if locked:
        page.click("form[action='/vergrendel'] button")
        page.wait_for_url("**/vergrendeld*")
    page.click("form[action='/afmelden'] button")
    page.wait_for_url("**/aanmelden*")
    assert page.evaluate(ROWS) == 0
    sign_in(page, module_server, "noor")
    expect(step(page, "begin")).to_be_visible()


def test_who_comes_after_finds_no_keys_of_who_was_before(module_server: RunningServer, visit: Visit) -> None:
    page = visit()
    begin_shift(page, module_server)
    page.context.clear_cookies()
    as_new_helper(page, module_server, "volgende")
    expect(step(page, "make")).to_be_visible()
    assert page.evaluate(ROWS) == 0


def test_where_the_browser_cannot_lock_there_is_a_sentence_and_a_number(
    module_server: RunningServer, visit: Visit
) -> None:
    page = visit()
    page.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined })")
    as_new_helper(page, module_server, "oud")
    expect(step(page, "impossible")).to_be_visible()


def sign_in(page: Page, server: RunningServer, name: str) -> None:
    page.goto(server.address(HOST, "/aanmelden?verder=/dienst"))
    page.fill("#name", name)
    page.fill("#password", words_of(server, "demo-sign-ins.toml")["luisterboom"][name])
    page.click("main button[type=submit]")
    page.wait_for_url("**/dienst")


def begin(page: Page, server: RunningServer, name: str) -> None:
    page.fill("#begin", words_of(server, "demo-key-words.toml")["luisterboom"][name])
    page.click("[data-step=begin] button[type=submit]")
