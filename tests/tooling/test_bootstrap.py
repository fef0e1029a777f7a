"""The set-up script: readable for old Pythons, one sentence for what is missing, nothing done twice."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import bootstrap

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "bootstrap.py"

# What Python 2.7 cannot read.
TOO_NEW = (
    ast.AnnAssign,
    ast.AsyncFor,
    ast.AsyncFunctionDef,
    ast.AsyncWith,
    ast.Await,
    ast.JoinedStr,
    ast.Match,
    ast.NamedExpr,
    ast.Nonlocal,
    ast.TryStar,
    ast.YieldFrom,
)


def new_syntax(node: ast.AST) -> bool:
    if isinstance(node, ast.arguments):
        return bool(node.kwonlyargs or node.posonlyargs or any(argument.annotation for argument in node.args))
    if isinstance(node, ast.FunctionDef):
        return node.returns is not None
    if isinstance(node, ast.Raise):
        return node.cause is not None
    if isinstance(node, ast.Call):
        starred = [at for at, argument in enumerate(node.args) if isinstance(argument, ast.Starred)]
        return any(at != len(node.args) - 1 for at in starred)
    if isinstance(node, ast.Assign):
        return any(isinstance(part, ast.Starred) for target in node.targets for part in ast.walk(target))
    return isinstance(node, TOO_NEW)


def test_old_pythons_can_read_it() -> None:
    text = SCRIPT.read_text("utf-8")
    found = [f"line {getattr(node, 'lineno', '?')}" for node in ast.walk(ast.parse(text)) if new_syntax(node)]
    assert found == []
    assert text.isascii()
    assert "from __future__ import print_function" in text


@pytest.mark.parametrize(
    "line",
    ["x: int = 1", "f'{x}'", "def f(*, a): pass", "raise A from b", "f(*a, b)", "if (a := b): pass", "*a, b = c"],
)
def test_new_syntax_would_be_noticed(line: str) -> None:
    assert any(new_syntax(node) for node in ast.walk(ast.parse(line)))


def house(folder: Path) -> Path:
    """A repository that holds what set-up looks at."""
    for name in ("requirements", "scripts", "plugins/tea"):
        (folder / name).mkdir(parents=True)
    for name in ("requirements/run.in", "requirements/run.txt", "requirements/dev.txt", "setup.py"):
        (folder / name).write_text(name, "utf-8")
    (folder / "plugins" / "tea" / "plugin.toml").write_text("x", "utf-8")
    shutil.copy(SCRIPT, folder / "scripts" / "bootstrap.py")
    return folder


def run_as(folder: Path, prelude: str, path: str) -> subprocess.CompletedProcess[str]:
    """Run the script of a house after some lines that change what Python it seems to be."""
    script = str(folder / "scripts" / "bootstrap.py")
    code = (
        f"import sys, runpy; {prelude}; sys.argv = [{script!r}, 'run']; runpy.run_path({script!r}, run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", code], env={"PATH": path}, cwd=folder, capture_output=True, text=True, check=False
    )


OLD = "sys.version_info = (3, 8, 18, 'final', 0)"


def test_old_python_says_so_in_one_sentence(tmp_path: Path) -> None:
    done = run_as(house(tmp_path / "house"), OLD, str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("Luwte needs Python 3.11 or newer and this is Python 3.8: install a newer one")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "house" / ".venv").exists()


def program(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o755)


def test_old_python_goes_on_under_a_newer_one(tmp_path: Path) -> None:
    # One that does not start (as a version manager's stand-in for what is not installed), one too old, one that fits.
    program(tmp_path, "python3.14", "exit 127")
    program(tmp_path, "python3.13", "echo 3 10")
    program(tmp_path, "python3.12", 'case "$1" in -c) echo 3 12;; *) echo "went on: $2";; esac')
    done = run_as(house(tmp_path / "house"), OLD, f"{tmp_path}:/usr/bin:/bin")
    assert done.stdout == "went on: run\n"
    assert done.returncode == 0


@pytest.mark.parametrize("name", ["ensurepip", "venv"])
def test_missing_venv_module_is_one_sentence(tmp_path: Path, name: str) -> None:
    done = run_as(house(tmp_path / "house"), f"sys.modules[{name!r}] = None", str(tmp_path))
    assert done.returncode == 1
    major, minor = sys.version_info[:2]
    assert f"apt-get install python{major}.{minor}-venv" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "house" / ".venv").exists()


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Set-up in a house of its own; the list gets the steps that were really done."""
    done: list[str] = []
    root = house(tmp_path / "house")
    venv = root / ".venv"
    for name, value in (("ROOT", root), ("VENV", venv), ("STAMP", venv / "luwte-stamp.json"), ("BIN", venv / "bin")):
        monkeypatch.setattr(bootstrap, name, str(value))

    def make_venv() -> None:
        done.append("venv")
        (venv / "bin").mkdir(parents=True, exist_ok=True)
        (venv / "bin" / "python").touch()

    monkeypatch.setattr(bootstrap, "make_venv", make_venv)
    monkeypatch.setattr(bootstrap, "install_lock", done.append)
    monkeypatch.setattr(bootstrap, "install_project", lambda: done.append("project"))
    return done


def again(steps: list[str], kind: str) -> list[str]:
    steps.clear()
    bootstrap.prepare(kind)
    return list(steps)


def test_first_set_up_does_all_and_the_second_nothing(steps: list[str]) -> None:
    assert again(steps, "run") == ["venv", "run", "project"]
    assert again(steps, "run") == []


def test_development_holds_what_running_needs(steps: list[str]) -> None:
    assert again(steps, "dev") == ["venv", "dev", "project"]
    assert again(steps, "run") == []


def test_development_comes_on_top_of_running(steps: list[str]) -> None:
    again(steps, "run")
    assert again(steps, "dev") == ["dev"]
    assert again(steps, "run") == []


@pytest.mark.parametrize(
    "name,expected",
    [("requirements/run.txt", ["run"]), ("setup.py", ["project"]), ("plugins/tea/plugin.toml", ["project"])],
)
def test_only_what_changed_is_done_again(steps: list[str], name: str, expected: list[str]) -> None:
    again(steps, "run")
    (Path(bootstrap.ROOT) / name).write_text("changed", "utf-8")
    assert again(steps, "run") == expected
    assert again(steps, "run") == []


def test_new_plugin_is_installed(steps: list[str]) -> None:
    again(steps, "run")
    (Path(bootstrap.ROOT) / "plugins" / "forum").mkdir()
    (Path(bootstrap.ROOT) / "plugins" / "forum" / "plugin.toml").write_text("x", "utf-8")
    assert again(steps, "run") == ["project"]


def test_environment_without_its_python_is_made_anew(steps: list[str]) -> None:
    again(steps, "run")
    (Path(bootstrap.BIN) / "python").unlink()
    assert again(steps, "run") == ["venv", "run", "project"]


def test_environment_of_a_moved_folder_is_made_anew(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    again(steps, "run")
    stamp = Path(bootstrap.STAMP)
    stamp.write_text(stamp.read_text("utf-8").replace(bootstrap.ROOT, "/elsewhere"), "utf-8")
    assert again(steps, "run")[0] == "venv"


def test_set_up_that_broke_off_goes_on_where_it_stopped(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise bootstrap.SetupError("no network")

    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "install_project", broken)
        with pytest.raises(bootstrap.SetupError):
            again(steps, "run")
    assert again(steps, "run") == ["project"]


def fake_pip(monkeypatch: pytest.MonkeyPatch, answers: list[tuple[int, str]]) -> list[tuple[str, ...]]:
    calls: list[tuple[str, ...]] = []

    def pip(*arguments: str) -> tuple[int, str]:
        calls.append(arguments)
        return answers.pop(0)

    monkeypatch.setattr(bootstrap, "pip", pip)
    return calls


def test_packages_are_installed_ready_made_and_by_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = fake_pip(monkeypatch, [(0, "")])
    bootstrap.install_lock("run")
    assert calls == [("--require-hashes", "--only-binary", ":all:", "-r", "requirements/run.txt")]


def test_what_is_not_ready_made_is_built_by_hash_too(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = fake_pip(monkeypatch, [(1, "ERROR: No matching distribution found for x"), (0, "")])
    bootstrap.install_lock("run")
    assert calls[1] == ("--require-hashes", "-r", "requirements/run.txt")


def test_no_network_is_one_sentence_below_pips_own_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_pip(monkeypatch, [(1, "connection refused\n")])
    with pytest.raises(bootstrap.SetupError, match="could not be installed: is there a network"):
        bootstrap.install_lock("run")
    assert "connection refused" in capsys.readouterr().out


def test_unknown_use_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main([]) == 2
    assert capsys.readouterr().out.startswith("usage: bootstrap.py run|dev")
