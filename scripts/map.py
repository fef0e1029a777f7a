"""Write the generated part of ``docs/map.md``: the rooms in a line each (``make map``); ``--check`` compares only.

A room's line is the first line of its docstring, and the rooms stand in the order of their layers in pyproject.toml, so
that the map cannot say anything else than the code.
"""

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAP = ROOT / "docs" / "map.md"
BEGIN = "<!-- begin: written by make map -->"
END = "<!-- end: written by make map -->"
HEAD = "# The map of the house\n"


def layers(root: Path = ROOT) -> list[str]:
    """Return the core's rooms, high to low, as the import contract has them."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    lines = next(contract["layers"] for contract in contracts if contract["id"] == "core-layers")
    return [room for line in lines for room in re.findall(r"\w+", line)]


def first_line(path: Path) -> str:
    """Return the first line of the docstring of a module or package; empty where there is none."""
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not file.is_file():
        return ""
    docstring = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    return docstring.partition("\n")[0].strip()


def rows(root: Path = ROOT) -> list[tuple[str, str]]:
    """Return (path, first line) of every room of the core that exists, and of every plugin."""
    rooms = [root / "core" / name for name in layers(root)]
    plugins = sorted(card.parent for card in (root / "plugins").glob("[!_]*/plugin.toml"))
    there = [path for path in rooms if (path / "__init__.py").is_file() or path.with_suffix(".py").is_file()]
    return [(_name(path, root), first_line(path)) for path in [*there, *plugins]]


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() + ("/" if path.is_dir() else ".py")


def generated(root: Path = ROOT) -> str:
    """Return the generated part, its marks included."""
    table = "\n".join(f"| `{name}` | {text} |" for name, text in rows(root))
    return f"{BEGIN}\n\n| room | what it is for |\n| --- | --- |\n{table}\n\n{END}"


def placed(text: str, part: str) -> str:
    """Return the map with its generated part replaced, or added at the end where it has none."""
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    if not pattern.search(text):
        return f"{text.rstrip()}\n\n{part}\n"
    return pattern.sub(lambda _: part, text)


def main() -> None:
    """Write the map, or with ``--check`` fail where it is not what would be written."""
    before = MAP.read_text("utf-8") if MAP.is_file() else HEAD
    after = placed(before, generated())
    if "--check" in sys.argv:
        silent = [name for name, text in rows() if not text]
        faults = [f"{name} has no docstring that says what it is for." for name in silent]
        faults += ["docs/map.md is not true any more: run `make map`."] if after != before else []
        print("\n".join(faults))
        sys.exit(1 if faults else 0)
    MAP.parent.mkdir(exist_ok=True)
    MAP.write_text(after, "utf-8")


if __name__ == "__main__":
    main()
