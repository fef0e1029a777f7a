"""Everything that can be said about the code without running it (``make check``), two checks at a time.

Each check prints one line; what it found is shown in full where it fails. All run, so that one go shows everything.
"""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Check:
    """A named command; exit code 0 means that all is well."""

    name: str
    command: tuple[str, ...]


def module(name: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that runs a module of the development environment."""
    return (sys.executable, "-m", name, *arguments)


# The slowest first, so that the two at a time end together.
CHECKS = (
    Check("types", module("mypy")),
    Check("front end", module("scripts.frontend")),
    Check("import contracts", (str(BIN / "lint-imports"), "--no-cache")),
    Check("lint", module("ruff", "check", "--no-fix", ".")),
    Check("layout of code", module("ruff", "format", "--check", ".")),
    Check("size of files and functions", module("scripts.size")),
    Check("licences", module("scripts.licences")),
    Check("vendored files", module("scripts.assets", "--check")),
    Check("map of the house", module("scripts.map", "--check")),
)


def run(check: Check) -> tuple[Check, int, float, str]:
    """Run one check; return it with its exit code, seconds and output."""
    start = time.monotonic()
    done = subprocess.run(
        check.command, cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return check, done.returncode, time.monotonic() - start, done.stdout


def main() -> None:
    """Run all checks, or those whose names are given."""
    wanted = [check for check in CHECKS if len(sys.argv) == 1 or check.name in sys.argv[1:]]
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for check, code, seconds, output in pool.map(run, wanted):
            print(f"{'ok    ' if code == 0 else 'FAILED'} {check.name} ({seconds:.1f} s)", flush=True)
            if code:
                failed.append(check.name)
                print(output, flush=True)
    print(f"make check: {', '.join(failed)} failed" if failed else f"make check: all {len(wanted)} checks passed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
