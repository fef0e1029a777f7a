"""Keep files and functions small enough to hold in the head: a limit for each, and a list of the largest.

A line counts whether it is code, comment or docstring. ``--list`` shows the largest of all.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE_LIMIT = 300
FUNCTION_LIMIT = 45
FOLDERS = ("core", "plugins", "scripts")


@dataclass(frozen=True, slots=True)
class Part:
    """A file, or a function in it: where it stands and how many lines it has."""

    where: str
    lines: int
    limit: int


def parts_of(path: Path, root: Path) -> Iterator[Part]:
    """Yield a Python file itself, then each of its functions."""
    text = path.read_text("utf-8")
    name = path.relative_to(root).as_posix()
    yield Part(name, len(text.splitlines()), FILE_LIMIT)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield Part(f"{name}:{node.lineno} {node.name}()", node.end_lineno - node.lineno + 1, FUNCTION_LIMIT)


def all_parts(root: Path = ROOT) -> list[Part]:
    """Return every file and function of core, plugins and scripts, the largest for its limit first."""
    files = [file for folder in FOLDERS for file in sorted((root / folder).rglob("*.py"))]
    ours = [file for file in files if "node_modules" not in file.parts]
    parts = [part for file in ours for part in parts_of(file, root)]
    return sorted(parts, key=lambda part: (-part.lines / part.limit, part.where))


def main() -> None:
    """Fail with a list of what is too large; with ``--list`` show the twenty largest."""
    parts = all_parts()
    if "--list" in sys.argv:
        print("\n".join(f"{part.lines:4} of {part.limit}  {part.where}" for part in parts[:20]))
    large = [part for part in parts if part.lines > part.limit]
    print("\n".join(f"{part.where} has {part.lines} lines, more than {part.limit}: divide it." for part in large))
    sys.exit(1 if large else 0)


if __name__ == "__main__":
    main()
