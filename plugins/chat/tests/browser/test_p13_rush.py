"""P13 with a real browser: in a rush the page does the sum by itself; one that cannot waits; who stops may stop."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from core.testing.browser import Visit
from core.testing.server import ROOT, RunningServer, make_server

from .test_two_browsers import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.promise_p13]

NO_SUMS = "crypto.subtle.deriveBits = () => Promise.reject(new Error('too old'));"


@pytest.fixture(scope="module")
def rush(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A chat at which two beginnings in a minute are many."""
    folder = tmp_path_factory.mktemp("rush")
    shutil.copytree(ROOT / "tenants", folder / "tenants")
    card = folder / "tenants" / "luisterboom" / "tenant.toml"
    card.write_text(card.read_text().replace("[plugin.chat]\n", "[plugin.chat]\nbusy_starts = 1\n"))
    server = make_server(folder, {"luwte.tenants_folder": str(folder / "tenants")})
    server.start()
    yield server
    server.stop()


def begin(page: Page, server: RunningServer, danger: str = "no") -> None:
    """To the end of the questions."""
    page.goto(server.address("luisterboom.localhost", "/hier"))
    page.locator(f'[data-answer="danger"][data-value="{danger}"]').click()
    if danger == "yes":
        page.locator("[data-continue]").click()
    page.locator("#answer-name").fill("Vlinder")
    page.locator('[data-form="name"] [type="submit"]').click()


def asked_for(page: Page) -> list[str]:
    """The scripts that the page asks for, from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    return asked


def is_waiting(page: Page) -> None:
    """The page has a place."""
    expect(page.locator("[data-place]")).to_contain_text("voor je", timeout=60_000)


def watched(page: Page) -> list[str]:
    """What goes wrong on the page, from now on."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.extend([said.text] if said.type == "error" else []))
    return complaints


def test_people_come_in_by_a_sum_or_a_wait(
    visit: Visit, rush: RunningServer, promise_report: Callable[[str], None]
) -> None:
    first, second, third, fourth, hurried = pages = [visit(viewport=PHONE) for _ in range(5)]
    complaints = [watched(page) for page in pages]
    asked = [asked_for(page) for page in pages]
    begin(first, rush)
    expect(first.locator("[data-place]")).to_contain_text("eerste", timeout=60_000)
    begin(second, rush)
    is_waiting(second)

    for page in (third, fourth):
        page.add_init_script(NO_SUMS)
        begin(page, rush)
        expect(page.locator("[data-place]")).to_contain_text("hooguit", timeout=60_000)
    fourth.locator("[data-stop]").click()
    fourth.locator('[data-dialog="stop"] [data-confirm]').click()
    expect(fourth.locator('[data-step="after"]')).to_be_visible()

    begin(hurried, rush, danger="yes")
    is_waiting(hurried)
    is_waiting(third)
    second.reload()
    is_waiting(second)
    expect(fourth.locator('[data-step="after"]')).to_be_visible()
    assert ["door.js" in files for files in asked] == [False, True, True, True, False], "loaded by who is asked alone"
    assert complaints == [[]] * 5
    promise_report("in a rush: one in by a sum, one without sums by a wait, one in danger at once, one stopped at will")
