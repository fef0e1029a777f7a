"""Pin the dependencies with hashes: ``requirements/*.in`` to ``requirements/*.txt`` (``make lock``).

The lock files hold for every platform and Python from 3.11 on, and name no download address.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("run", "dev")
OPTIONS = (
    "--universal",
    "--generate-hashes",
    "--python-version=3.11",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-header",
    "--quiet",
)


def lock(name: str, upgrade: bool) -> None:
    """Write one lock file; what is pinned already stays unless it has to move or ``upgrade`` is given."""
    command = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, f"requirements/{name}.in"]
    command += ["-o", f"requirements/{name}.txt"]
    if name != "run":
        command += ["--constraint", "requirements/run.txt"]
    # The lock must not depend on packages that happen to lie on this machine's disk.
    environment = {key: value for key, value in os.environ.items() if key not in ("UV_FIND_LINKS", "PIP_FIND_LINKS")}
    subprocess.run([*command, *(["--upgrade"] if upgrade else [])], cwd=ROOT, env=environment, check=True)


def main() -> None:
    """Write both lock files."""
    for name in NAMES:
        print(f"requirements/{name}.in -> requirements/{name}.txt", flush=True)
        lock(name, upgrade="--upgrade" in sys.argv)


if __name__ == "__main__":
    main()
