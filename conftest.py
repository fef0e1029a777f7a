"""What holds for every test of the repository, plugins' tests included."""

import json
import os
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

pytest_plugins = [
    "pytester",
    "core.testing.databases",
    "core.testing.server",
    "core.testing.browser",
    "core.testing.app",  # after those: it imports them, and they must be known to pytest before
    "core.testing.sockets",
]

NOTHING_SKIPPED = "LUWTE_NOTHING_SKIPPED"
"""Set to 1 where a test that is left out counts as failed; CI=true does the same."""
PROMISE_REPORT = "LUWTE_PROMISE_REPORT"
"""File that gets what the tests of a promise tried and found, for scripts/promise.py."""
_FINDING = "promise finding"

PromiseReport = Callable[[str], None]


@pytest.fixture
def promise_report(record_property: Callable[[str, object], None]) -> PromiseReport:
    """Say in a short phrase what a promise's test tried and found: `"340 requests with 9 canaries: 0 hits"`."""
    return lambda finding: record_property(_FINDING, finding)


def _nothing_may_be_skipped() -> bool:
    return os.environ.get("CI") == "true" or os.environ.get(NOTHING_SKIPPED) == "1"


def _fail_instead_of_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and _nothing_may_be_skipped():
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: left out where nothing may be left out. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where nothing may be skipped."""
    report = yield
    _fail_instead_of_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same for a whole file that skips itself."""
    report = yield
    _fail_instead_of_skip(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Hand what the promises' tests found to scripts/promise.py."""
    path = os.environ.get(PROMISE_REPORT)
    if path:
        passed = terminalreporter.stats.get("passed", [])
        findings = [value for report in passed for name, value in report.user_properties if name == _FINDING]
        failed = [report.nodeid for kind in ("failed", "error") for report in terminalreporter.stats.get(kind, [])]
        summary = {"passed": len(passed), "failed": failed, "findings": findings}
        Path(path).write_text(json.dumps(summary), "utf-8")
