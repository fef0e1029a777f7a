"""Who may import whom: the contracts hold for the house, and each of them bites when something is planted."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.map import layers

ROOT = Path(__file__).resolve().parents[2]
PLUGIN_ROOMS = ("hooks", "views", "realtime", "reports", "retention", "services", "schemas", "models", "permissions")


# Without the repository itself on the path: its plugins would join the planted house's namespace package.
LINT = """
import sys
sys.path = ["."] + [path for path in sys.path if path not in ("", {root!r})]
from importlinter.cli import lint_imports
sys.exit(lint_imports(no_cache=True))
"""


def lint(folder: Path) -> str:
    """Return what the contracts say against a house; nothing where all are kept."""
    command = [sys.executable, "-c", LINT.format(root=str(ROOT))]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def module(root: Path, name: str) -> Path:
    path = (root / name.replace(".", "/")).with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


@pytest.fixture(scope="module")
def empty_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All rooms, all empty, under the real contracts."""
    root = tmp_path_factory.mktemp("house")
    config = re.search(
        r"^\[tool\.importlinter\].*", (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert config
    (root / "pyproject.toml").write_text(config.group(), "utf-8")
    module(root, "core.__init__")
    for room in layers():
        module(root, f"core.{room}.__init__")
    for plugin in ("tea", "milk"):
        module(root, f"plugins.{plugin}.__init__")
        for room in PLUGIN_ROOMS:
            module(root, f"plugins.{plugin}.{room}")
    return root


def test_the_house_keeps_its_contracts() -> None:
    assert lint(ROOT) == ""


def test_empty_house_is_fine(empty_house: Path) -> None:
    assert lint(empty_house) == ""


@pytest.mark.parametrize(
    "importer,imported,broken",
    [
        ("core.tenancy.new", "core.web", "The core's rooms stand in layers"),
        ("core.web.new", "core.realtime", "The core's rooms stand in layers"),
        ("core.worker.new", "core.api", "The core's rooms stand in layers"),
        ("core.garden.__init__", "os", "The core's rooms stand in layers"),
        ("core.web.new", "plugins.tea", "The core knows no plugin"),
        ("plugins.tea.views", "core.tenancy", "Plugins use core.api and core.testing only"),
        ("plugins.tea.views", "plugins.milk.models", "Plugins do not import each other"),
        ("plugins.tea.models", "plugins.tea.services", "A plugin's rooms stand in layers"),
        ("plugins.tea.shed", "os", "A plugin's rooms stand in layers"),
        ("plugins.tea.services", "pyramid.response", "Models and services know neither Pyramid nor Socket.IO"),
        ("core.identity.services.new", "socketio", "Models and services know neither Pyramid nor Socket.IO"),
        ("core.web.new", "pluggy", "Only the plugin host knows pluggy"),
        ("plugins.tea.hooks", "pluggy", "Only the plugin host knows pluggy"),
        ("core.identity.new", "hashlib", "Only core.crypto touches primitives"),
        ("plugins.tea.services", "secrets", "Only core.crypto touches primitives"),
        ("core.access.new", "argon2", "Only core.crypto touches primitives"),
    ],
)
def test_each_contract_bites(empty_house: Path, tmp_path: Path, importer: str, imported: str, broken: str) -> None:
    assert re.search(rf"{re.escape(broken)}.*BROKEN", lint(planted(empty_house, tmp_path, importer, imported)))


@pytest.mark.parametrize(
    "importer,imported",
    [
        ("core.web.new", "core.tenancy"),
        ("core.plugin_host.new", "pluggy"),
        ("core.crypto.new", "hashlib"),
        ("plugins.tea.views", "core.api"),
        ("plugins.tea.views", "plugins.tea.services"),
        ("plugins.tea.views", "pyramid.response"),
    ],
)
def test_allowed_imports_stay_allowed(empty_house: Path, tmp_path: Path, importer: str, imported: str) -> None:
    assert lint(planted(empty_house, tmp_path, importer, imported)) == ""


def planted(house: Path, folder: Path, importer: str, imported: str) -> Path:
    """Return a copy of a house in which one module imports another."""
    copy = shutil.copytree(house, folder / "house")
    path = module(copy, importer)
    (path.parent / "__init__.py").touch()
    path.write_text(f"import {imported}\n", "utf-8")
    return copy
