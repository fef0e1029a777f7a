"""The distribution: all that the running product reads is in the wheel, and what only tests need is not."""

import shutil
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("core", "plugins", "requirements", "setup.py", "pyproject.toml", "LICENSE")
UNFIT = shutil.ignore_patterns("__pycache__", "*.pyc")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of a copy of the repository with one unfinished plugin beside the others."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, source / part, ignore=UNFIT)
        else:
            shutil.copy(ROOT / part, source / part)
    template = source / "plugins" / "_template"
    template.mkdir(exist_ok=True)
    (template / "plugin.toml").write_text('name = "template"\nentry_point = "plugins._template"\n', "utf-8")
    (template / "__init__.py").touch()
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(target), "."]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    return zipfile.ZipFile(next(target.glob("luwte-*.whl")))


def plugins() -> set[str]:
    """The plugins of this repository."""
    return {card.parent.name for card in (ROOT / "plugins").glob("[!_]*/plugin.toml")}


def test_everything_of_the_core_is_shipped(wheel: zipfile.ZipFile) -> None:
    files = [path.relative_to(ROOT).as_posix() for path in (ROOT / "core").rglob("*") if path.is_file()]
    wanted = [name for name in files if not name.endswith(".pyc")]
    assert sorted(set(wanted) - set(wheel.namelist())) == []


def test_plugins_are_shipped_without_their_tests(wheel: zipfile.ZipFile) -> None:
    names = [name for name in wheel.namelist() if name.startswith("plugins/")]
    wanted = {f"plugins/{name}/{file}" for name in plugins() for file in ("hooks.py", "locale/nl/messages.po")}
    assert wanted <= set(names)
    assert [name for name in names if "/tests/" in name or "_template" in name] == []
    assert "plugins/__init__.py" not in names


def test_other_programs_find_their_way_in(wheel: zipfile.ZipFile) -> None:
    name = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    points = ConfigParser()
    points.read_string(wheel.read(name).decode("utf-8"))
    assert points["paste.app_factory"]["main"] == "core.app:main"
    assert points["paste.server_factory"]["embedded"] == "core.cli.embedded:server_factory"
    assert points["console_scripts"]["luwte"] == "core.cli.main:main"
    found = dict(points["luwte.plugins"]) if points.has_section("luwte.plugins") else {}
    assert found == {name: f"plugins.{name}" for name in plugins()}


def test_licence_and_requirements_travel_along(wheel: zipfile.ZipFile) -> None:
    metadata = wheel.read(next(name for name in wheel.namelist() if name.endswith("/METADATA"))).decode("utf-8")
    assert "License: EUPL-1.2" in metadata
    assert "Requires-Python: >=3.11" in metadata
    assert "Requires-Dist: pyramid<3,>=2.1" in metadata
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())
