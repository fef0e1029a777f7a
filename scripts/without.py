"""Run the tests of a copy of this repository that lacks a plugin (``make test-without-chat``).

What lies in ``tests/`` needs no plugin of this repository; a test that needs one lies in that plugin's own folder.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "*.egg-info", "build", "node_modules", "var"
)


def copy_without(folder: Path, *plugins: str) -> Path:
    """Copy every file of the repository, without these plugins."""
    shutil.copytree(ROOT, folder, ignore=_LEFT_OUT, dirs_exist_ok=True)
    for plugin in plugins:
        shutil.rmtree(folder / "plugins" / plugin)
    modules = ROOT / "frontend" / "node_modules"
    if modules.is_dir():
        (folder / "frontend" / "node_modules").symlink_to(modules)
    return folder


def make_environment(folder: Path) -> Path:
    """Make an environment with nothing but the packages of this one beside it; return its Python. No network needed."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    packages = next(folder.glob("lib/python*/site-packages"))
    beside = [path for path in sys.path if Path(path).name == "site-packages"]
    (packages / "beside.pth").write_text("\n".join(beside), "utf-8")
    return folder / "bin" / "python"


def install(tree: Path) -> Path:
    """Make the copy's own environment, with the copy installed in it; return its Python."""
    python = make_environment(tree / ".venv")
    quietly = ("-q", "--no-deps", "--no-build-isolation")
    subprocess.run([str(python), "-m", "pip", "install", *quietly, "-e", "."], cwd=tree, check=True)
    return python


def main() -> None:
    """Run pytest in the copy, with the arguments after the plugin's name."""
    plugin, *arguments = sys.argv[1:]
    if not (ROOT / "plugins" / plugin / "plugin.toml").is_file():
        sys.exit(f"There is no plugin {plugin} in plugins/: name one that is there.")
    with tempfile.TemporaryDirectory(prefix=f"without-{plugin}-") as folder:
        tree = copy_without(Path(folder) / "tree", plugin)
        command = [str(install(tree)), "-m", "pytest", "-p", "no:cacheprovider", *arguments]
        sys.exit(subprocess.run(command, cwd=tree, check=False).returncode)


if __name__ == "__main__":
    main()
