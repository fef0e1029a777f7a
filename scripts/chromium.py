"""Make sure that there is a browser for the browser tests: an installed Chromium or Chrome, or Debian's.

Where there is none and none can be installed, one line says what is left out and how to get it.
"""

import os
import shutil
import subprocess
import sys

from core.testing.browser import find_chromium

LEFT_OUT = "The browser tests are left out: no Chromium or Chrome was found (apt-get install chromium)."


def may_install() -> bool:
    """Say whether this user may install Debian's packages."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install() -> None:
    """Install Debian's chromium; a failure shows in that there still is none."""
    print("Installing chromium for the browser tests", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", *command], env=environment, stdout=subprocess.DEVNULL, check=False)


def main() -> None:
    """Find or install a browser; only in CI is none a failure."""
    if find_chromium() is None and may_install():
        install()
    if find_chromium() is None:
        print(LEFT_OUT)
        sys.exit(1 if os.environ.get("CI") == "true" else 0)


if __name__ == "__main__":
    main()
