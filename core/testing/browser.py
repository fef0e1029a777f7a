"""A real Chromium for tests, that speaks to nobody but this machine.

Load it with `pytest_plugins = ["core.testing.browser"]` in the conftest.py at the root. `chromium` is the browser of a
test file; `visit` gives a fresh window of it, as a visitor has, for one test.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=MediaRouter,OptimizationHints,Translate",
)

Visit = Callable[..., Page]

PATIENCE = 20_000
"""Milliseconds that `expect` looks for what must come true: on a busy machine a page needs more than its usual five."""
expect.set_options(timeout=PATIENCE)


def find_chromium() -> str | None:
    """The program of an installed browser: LUWTE_CHROMIUM, or the first known name on the PATH."""
    named = os.environ.get("LUWTE_CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    """What drives browsers, for the tests of a file; skips, saying how to get a browser, where there is none.

    Not for the whole run: while Playwright is open it holds an event loop of its own in this thread, and tests that are
    coroutines could not run.
    """
    if find_chromium() is None:
        pytest.skip("no Chromium or Chrome was found (apt-get install chromium)")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(driver: Playwright) -> Iterator[Browser]:
    """One browser for the tests of a file."""
    browser = driver.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
    yield browser
    browser.close()


@contextmanager
def with_profile(driver: Playwright, profile: Path, **options: Any) -> Iterator[Page]:
    """A page in a browser that keeps its profile in a folder, as people's own browsers do."""
    window = driver.chromium.launch_persistent_context(
        str(profile), executable_path=find_chromium(), args=list(ARGUMENTS), **options
    )
    try:
        yield window.pages[0] if window.pages else window.new_page()
    finally:
        window.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Opens a page in a fresh window: `visit(viewport={"width": 320, "height": 640})`. All are closed afterwards."""
    with ExitStack() as windows:

        def open_page(**options: Any) -> Page:
            window: BrowserContext = chromium.new_context(**options)
            windows.callback(window.close)
            return window.new_page()

        yield open_page
