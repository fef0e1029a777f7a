"""What the repository's conftest adds: skips that fail where nothing may be skipped, and findings of promises."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import pytest

@pytest.mark.skip(reason="no database")
def test_left_out():
    pass

def test_kept(promise_report):
    promise_report("3 requests: 0 hits")

@pytest.mark.xfail
def test_known_fault():
    assert False
"""


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    for name in ("CI", "LUWTE_NOTHING_SKIPPED", "LUWTE_PROMISE_REPORT"):
        monkeypatch.delenv(name, raising=False)
    text = (ROOT / "conftest.py").read_text("utf-8")
    pytester.makeconftest(re.sub(r"^pytest_plugins = \[.*?\]$", "", text, flags=re.MULTILINE | re.DOTALL))

    return pytester


def test_skips_are_skips_on_a_developers_machine(inner: pytest.Pytester) -> None:
    inner.makepyfile(TESTS)
    inner.runpytest_inprocess("-p", "no:asyncio").assert_outcomes(passed=1, skipped=1, xfailed=1)


@pytest.mark.parametrize("name,value", [("CI", "true"), ("LUWTE_NOTHING_SKIPPED", "1")])
def test_skips_fail_where_nothing_may_be_skipped(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    inner.makepyfile(TESTS)
    result = inner.runpytest_inprocess("-p", "no:asyncio")
    result.assert_outcomes(passed=1, errors=1, xfailed=1)
    result.stdout.fnmatch_lines(["*left out where nothing may be left out. Skipped: no database*"])


def test_file_that_skips_itself_fails_too(inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    inner.makepyfile("import pytest\npytest.skip('no redis', allow_module_level=True)")
    result = inner.runpytest_inprocess("-p", "no:asyncio")
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*left out where nothing may be left out. Skipped: no redis*"])


def test_findings_of_passed_tests_are_handed_on(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LUWTE_PROMISE_REPORT", str(tmp_path / "report.json"))
    more = "\ndef test_broken(promise_report):\n    promise_report('5 hits')\n    assert False\n"
    inner.makepyfile(TESTS + more)
    inner.runpytest_inprocess("-p", "no:asyncio")
    summary = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert summary["findings"] == ["3 requests: 0 hits"]
    assert summary["passed"] == 1
    assert len(summary["failed"]) == 1
    assert summary["failed"][0].endswith("::test_broken")
