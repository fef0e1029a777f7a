"""House rules that no tool knows: sizes, plugins' files, lock files without addresses, tests that mirror the core."""

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest

from scripts import size
from scripts.map import END, MAP, generated, placed

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = sorted(card.parent for card in (ROOT / "plugins").glob("[!_]*/plugin.toml"))
TEXTS = frozenset({".py", ".jinja2", ".js", ".css", ".toml"})
PLUGIN_FILES = (
    "__init__.py",
    "hooks.py",
    "plugin.toml",
    "pyproject.toml",
    "README.md",
    "locale/nl/messages.po",
    "tests",
)


def test_files_and_functions_can_be_held_in_the_head() -> None:
    large = [f"{part.where}: {part.lines} of {part.limit}" for part in size.all_parts() if part.lines > part.limit]
    assert large == []


def test_size_of_a_function_counts_all_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "room.py"
    path.write_text("def a():\n    '''Say.'''\n\n    async def b():\n        return 1\n    return b\n", "utf-8")
    found = {part.where.split()[-1]: part.lines for part in size.parts_of(path, tmp_path)}
    assert found == {"room.py": 6, "a()": 6, "b()": 2}


def test_types_are_checked_in_the_template_too() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]
    assert "plugins" in settings["packages"]
    passed_over = [it for it in settings["exclude"] if re.search(it, "plugins/_template/services/write.py")]
    assert passed_over == [], "what make plugin copies must be as strict as the rest"


def test_plugins_have_the_required_files() -> None:
    missing = [folder / name for folder in PLUGINS for name in PLUGIN_FILES if not (folder / name).exists()]
    assert missing == []


def test_plugins_are_what_their_cards_say() -> None:
    for folder in PLUGINS:
        card = tomllib.loads((folder / "plugin.toml").read_text("utf-8"))
        assert card["name"] == folder.name
        assert card["entry_point"] == f"plugins.{folder.name}"
        assert {"version", "api_version", "requires"} <= card.keys()


@pytest.mark.parametrize("folder", ["core", "tests"])
def test_core_and_its_tests_know_no_plugin_of_this_repository(folder: str) -> None:
    """By package, folder, table or address: what is in tests/ passes without any of them."""
    files = [path for path in (ROOT / folder).rglob("*") if path.suffix in TEXTS and "vendor" not in path.parts]
    assert len(files) > 100
    known = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in files
        for pattern in map(marks_of, PLUGINS)
        for found in pattern.finditer(path.read_text("utf-8"))
    ]
    assert known == []


def marks_of(plugin: Path) -> re.Pattern[str]:
    """What gives away that somebody knows a plugin."""
    card = tomllib.loads((plugin / "plugin.toml").read_text("utf-8"))
    models = (plugin / "models.py").read_text("utf-8") if (plugin / "models.py").is_file() else ""
    words = [rf"plugins[./]{plugin.name}\b", *re.findall(r'__tablename__ = ("\w+")', models)]
    addresses = [rf'"{address}(?:["/])' for paths in card.get("addresses", {}).values() for address in paths]
    return re.compile("|".join([*words, *addresses]))


def test_the_marks_of_a_plugin_are_found(tmp_path: Path) -> None:
    (tmp_path / "tea").mkdir()
    (tmp_path / "tea" / "plugin.toml").write_text('[addresses]\nsite = ["/cup"]\n', "utf-8")
    (tmp_path / "tea" / "models.py").write_text('    __tablename__ = "tea_pot"\n', "utf-8")
    marks = marks_of(tmp_path / "tea")
    for given in ("plugins.tea.hooks", "plugins/tea", '"tea_pot"', '"/cup"', '"/cup/large"'):
        assert marks.search(given), given
    for innocent in ("plugins.teapot", '"tea.taken"', '"/cupboard"', "a cup of tea"):
        assert not marks.search(innocent), innocent


def test_plugins_import_themselves_relatively() -> None:
    # So that each reads as one thing; its tests are no package, and use the full name.
    names = [
        f"{path.relative_to(ROOT)}: {name}"
        for folder in PLUGINS
        for path in sorted(folder.rglob("*.py"))
        if "tests" not in path.relative_to(folder).parts
        for name in absolute_imports(path)
        if name.startswith("plugins.")
    ]
    assert names == []


def absolute_imports(path: Path) -> list[str]:
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return plain + [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]


def test_plugins_folder_is_a_namespace() -> None:
    assert not (ROOT / "plugins" / "__init__.py").exists()


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_lock_files_have_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|--index-url|--extra-index-url|--find-links|-f)\b", text, re.MULTILINE)
    packages = re.findall(r"^[a-z0-9].*==.*(?:\n    --hash=sha256:\w+.*)+", text, re.MULTILINE)
    assert len(packages) == len(re.findall(r"^[a-z0-9].*==", text, re.MULTILINE)) > 0


def test_both_locks_agree() -> None:
    pins = [dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", (ROOT / "requirements" / name).read_text("utf-8"), re.MULTILINE))
            for name in ("run.txt", "dev.txt")]  # fmt: skip
    assert {name: version for name, version in pins[0].items() if pins[1].get(name) != version} == {}


def test_front_end_lock_has_hashes_and_no_addresses() -> None:
    packages = json.loads((ROOT / "frontend" / "package-lock.json").read_text("utf-8"))["packages"]
    del packages[""]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if "integrity" not in package] == []


def test_front_end_checks_are_pinned_exactly() -> None:
    pinned = json.loads((ROOT / "frontend" / "package.json").read_text("utf-8"))["devDependencies"]
    assert [name for name, version in pinned.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_tests_mirror_the_core() -> None:
    rooms = {path.name for path in (ROOT / "core").iterdir()} | {path.stem for path in (ROOT / "core").glob("*.py")}
    tested = [path.name for path in (ROOT / "tests" / "core").iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert sorted(set(tested) - rooms) == []


def test_map_keeps_what_people_wrote_around_the_generated_part() -> None:
    assert placed("# Map\n\nBefore.\n", "X") == "# Map\n\nBefore.\n\nX\n"
    text = f"Before.\n\n{generated()}\n\nAfter.\n"
    assert placed(text, generated()) == text
    assert END in MAP.read_text("utf-8")


def test_generated_map_names_every_room() -> None:
    rooms = re.findall(r"^\| `(.*)` \| (.*) \|$", generated(), re.MULTILINE)
    assert ("core/errors.py", "The errors that people get to read.") in rooms
    packages = {f"core/{path.parent.name}/" for path in (ROOT / "core").glob("*/__init__.py")}
    assert packages - {name for name, _ in rooms} == set()
