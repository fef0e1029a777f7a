"""Temporary copies of the tree with an environment of their own, beside the packages that are installed already."""

import shutil
import subprocess
from pathlib import Path

from scripts.without import make_environment

__all__ = ["copy_tree", "make_environment", "run"]

ROOT = Path(__file__).resolve().parents[2]
PARTS = (
    "LICENSE", "MANIFEST.in", "README.md", "conftest.py", "core", "plugins", "pyproject.toml", "requirements",
    "scripts", "setup.py", "tenants",
)  # fmt: skip
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "build", "*.egg-info", ".*")


def copy_tree(folder: Path) -> Path:
    """Copies what the product is made of."""
    folder.mkdir(exist_ok=True)
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=_LEFT_OUT)
        else:
            shutil.copy(ROOT / part, folder / part)
    return folder


def run(python: Path, *arguments: str, cwd: Path | None = None) -> str:
    """Runs a Python with arguments; gives what it said. Fails with all of that where it fails."""
    done = subprocess.run([str(python), *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{arguments}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout
