"""A browser for the browser tests: an installed one, Debian's where the user may, and otherwise one line."""

from pathlib import Path

import pytest

from core.testing.browser import find_chromium
from scripts import chromium


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any browser; the folder is all of its PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("CI", "LUWTE_CHROMIUM"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def program(folder: Path, name: str, text: str = "exit 0") -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("name", ["chromium", "google-chrome"])
def test_installed_browser_is_used(bare: Path, name: str) -> None:
    assert find_chromium() is None
    path = program(bare, name)
    assert find_chromium() == str(path)


def test_named_browser_comes_first(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(bare, "chromium")
    monkeypatch.setenv("LUWTE_CHROMIUM", "/opt/mine")
    assert find_chromium() == "/opt/mine"


def test_one_line_says_what_is_left_out(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        chromium.main()
    assert stopped.value.code == 0
    assert capsys.readouterr().out == chromium.LEFT_OUT + "\n"


def test_in_ci_a_missing_browser_is_a_failure(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(SystemExit) as stopped:
        chromium.main()
    assert stopped.value.code == 1


def test_root_gets_debians(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = bare / "log"
    make = f"echo > {bare}/chromium; /bin/chmod +x {bare}/chromium"
    program(bare, "apt-get", f'echo "$DEBIAN_FRONTEND $@" >> {log}; case "$*" in *chromium) {make};; esac')
    monkeypatch.setattr("os.geteuid", lambda: 0)
    chromium.main()
    assert log.read_text("utf-8").splitlines() == [
        "noninteractive update -qq",
        "noninteractive install -y -qq --no-install-recommends chromium",
    ]


def test_others_are_not_asked_to_install(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(bare, "apt-get", f"echo called > {bare}/log")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(SystemExit):
        chromium.main()
    assert not (bare / "log").exists()
