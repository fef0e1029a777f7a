"""The command line: one sentence for what can be mended, and nothing imported that is not asked for."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from core.cli import main as cli
from core.cli.context import CommandContext
from core.errors import LuwteError

ROOT = Path(__file__).resolve().parents[3]


def write_ini(folder: Path, text: str) -> CommandContext:
    path = folder / "some.ini"
    path.write_text(text, "utf-8")
    return CommandContext(path)


def test_each_command_of_the_table_exists() -> None:
    for name in cli.COMMANDS:
        assert isinstance(getattr(import_module(f"core.cli.{name}"), name), click.Command), name


def test_help_lists_the_commands_without_importing_them() -> None:
    code = "import sys; from core.cli.main import luwte; luwte.main(['--help'], standalone_mode=False); "
    code += "print('LOADED', [m for m in sys.modules if m in ('pyramid', 'sqlalchemy', 'core.cli.run')])"
    output = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "LOADED []" in output
    assert all(name in output for name in cli.COMMANDS)


def test_mendable_failure_is_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--config", str(tmp_path / "none.ini"), "run"])
    assert str(stopped.value.code).startswith(f"luwte: There is no file {tmp_path}/none.ini: name your ini file")


def test_settings_come_from_the_ini_file(tmp_path: Path) -> None:
    context = write_ini(tmp_path, "[app:main]\nuse = egg:luwte\nluwte.home = %(here)s/state\nluwte.pages_port = 7000\n")
    assert context.configuration().home == tmp_path / "state"
    assert context.configuration().pages_port == 7000


@pytest.mark.parametrize(
    "text,expected",
    [
        ("[server:main]\nuse = x\n", "has no section [app:main]: see development.ini for an example."),
        ("use = egg:luwte\n", "cannot be read: line 1 is not of the form [section] or key = value"),
        ("[app:main]\nuse = a\nuse = b\n", "cannot be read: line 3 is not of the form"),
        ("[app:main]\nuse = a\nbroken\n", "cannot be read: line 3 is not of the form"),
        ("[app:main]\nluwte.database = x:ge%(heim@y\n", "the value of luwte.database holds a % sign; write %% for it."),
    ],
)
def test_broken_ini_is_one_sentence_without_values(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(LuwteError) as caught:
        write_ini(tmp_path, text).configuration()
    assert expected in str(caught.value)
    assert "heim" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["development.ini", "production.ini"])
def test_shipped_ini_files_are_right(name: str, tmp_path: Path) -> None:
    text = (ROOT / name).read_text("utf-8").replace("<hulp.example.org>", "hulp.example.org")
    context = write_ini(tmp_path, text)
    assert context.configuration().environment == name.removesuffix(".ini")
    assert context.section("server:main")["use"].startswith("egg:")
