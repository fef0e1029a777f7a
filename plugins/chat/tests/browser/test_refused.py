"""Another plugin lets nobody begin for a while: the page says so calmly, keeps what was answered, and tries again."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from core.testing.browser import Visit
from core.testing.server import ROOT, RunningServer, make_server

from .test_workbench_panels import distribute

pytestmark = [pytest.mark.browser, pytest.mark.promise_p10]

HOOKS = """
from pathlib import Path
from core.api import Refusal, hookimpl


@hookimpl
def allow_seeker_to_start(request):
    if Path("{flag}").exists():
        return Refusal("beside.closed", "We are closed for a while. You can still read.")
    return None
"""
DUTCH = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

msgctxt "beside.closed"
msgid "We are closed for a while. You can still read."
msgstr "We zijn even dicht. Lezen kan wel."
"""


@dataclass(frozen=True)
class House:
    """A server with a plugin that refuses as long as a file is there."""

    server: RunningServer
    flag: Path


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("refused")
    flag = folder / "closed"
    distribute(folder / "distribution", "beside", HOOKS.format(flag=flag))
    locale = folder / "distribution" / "beside" / "locale" / "nl"
    locale.mkdir(parents=True)
    (locale / "messages.po").write_text(DUTCH, "utf-8")
    shutil.copytree(ROOT / "tenants", folder / "tenants")
    card = folder / "tenants" / "luisterboom" / "tenant.toml"
    card.write_text(card.read_text().replace('plugins = ["chat"]', 'plugins = ["chat", "beside"]'))
    server = make_server(folder, {"luwte.tenants_folder": str(folder / "tenants")})
    server.environment = {"PYTHONPATH": str(folder / "distribution")}
    server.start()
    yield House(server, flag)
    server.stop()


def turned_away(page: Page) -> None:
    """The page says why, and whom to call; nothing else is shown."""
    step = page.locator('[data-step="refused"]')
    expect(step).to_be_visible(timeout=60_000)
    expect(step).to_contain_text("We zijn even dicht. Lezen kan wel.")
    expect(step.locator(".call-number")).to_be_visible()
    expect(page.locator(".emergency")).to_be_visible()
    expect(page.locator("[data-step]:visible")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_before_the_first_question_the_page_says_that_nobody_may_begin(
    visit: Visit, house: House, width: int, scheme: str
) -> None:
    house.flag.touch()
    page = visit(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    page.goto(house.server.address("luisterboom.localhost", "/hier"))
    turned_away(page)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    house.flag.unlink()
    page.locator("[data-retry]").click()
    expect(page.locator('[data-step="danger"]')).to_be_visible(timeout=60_000)


def test_after_the_last_question_nothing_that_was_answered_is_lost(visit: Visit, house: House) -> None:
    page = visit(viewport={"width": 360, "height": 740})
    page.goto(house.server.address("luisterboom.localhost", "/hier"))
    page.locator('[data-answer="danger"][data-value="no"]').click()
    page.locator("#answer-name").fill("Vlinder")
    house.flag.touch()
    page.locator('[data-form="name"] [type="submit"]').click()
    turned_away(page)
    page.locator("[data-retry]").click()
    turned_away(page)
    house.flag.unlink()
    page.locator("[data-retry]").click()
    expect(page.locator('[data-step="waiting"]')).to_be_visible(timeout=60_000)
    expect(page.locator("[data-place]")).to_contain_text("eerste", timeout=60_000)

    house.flag.touch()
    page.reload()
    expect(page.locator('[data-step="waiting"]')).to_be_visible(timeout=60_000)
    house.flag.unlink()
