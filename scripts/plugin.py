"""Make a new plugin out of the template (``make plugin name=dagboek``) and switch it on for a demo organisation.

The template lies in ``plugins/_template`` and is a plugin that works; its name is put everywhere by replacing the
template's, in texts and in the names of files and folders.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from core.errors import LuwteError
from core.plugin_host.card import RESERVED, read_card
from scripts import bootstrap

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "_template"
OLD = "noticeboard"
DEMO = "luisterboom"
"""The demo organisation that gets the new plugin."""

_NAME = re.compile(r"[a-z][a-z0-9]{1,30}")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "*.mo", "build", "*.egg-info", ".*")
_LIST = re.compile(r"^plugins = \[(.*)\]$", re.MULTILINE)
_NEXT = """
Plugin {name} lies in plugins/{name}/ and is switched on for {demo}.

  see it       make run, then http://{demo}.localhost:6543/{name}
               (an organisation that is there already: .venv/bin/luwte tenants import)
  test it      make test ARGS=plugins/{name}
  change it    begin with plugins/{name}/hooks.py; texts go through locale/nl/messages.po (make texts)
  read on      docs/plugins.md, and docs/hooks.md for all that a plugin can do
"""


def check_name(name: str, root: Path = ROOT) -> None:
    """Raises LuwteError, with one sentence, for a name that a plugin cannot have."""
    if not name:
        raise LuwteError("Say how the plugin is called: make plugin name=dagboek.")
    if not _NAME.fullmatch(name):
        raise LuwteError(f"A plugin cannot be named {name}: choose 2 to 31 small letters and digits, a letter first.")
    if name in RESERVED or name == OLD:
        raise LuwteError(f"A plugin cannot be named {name}: that name is Luwte's own, choose another.")
    if (root / "plugins" / name).exists():
        raise LuwteError(f"There is a plugin {name} already, in plugins/{name}/: choose another name.")


def copy_template(name: str, root: Path = ROOT) -> Path:
    """Copies the template under its new name and gives the new folder. Nothing is left where it fails."""
    source, target = root / "plugins" / TEMPLATE, root / "plugins" / name
    try:
        shutil.copytree(source, target, ignore=_LEFT_OUT)
        for path in sorted(target.rglob("*"), reverse=True):  # what lies deepest first: its folder moves after it
            if path.is_file():
                path.write_text(_renamed(path.read_text("utf-8"), name), "utf-8")
            path.rename(path.with_name(_renamed(path.name, name)))
    except OSError as error:
        shutil.rmtree(target, ignore_errors=True)
        raise LuwteError(f"The folder plugins/{name}/ could not be written: {error.strerror}.") from None
    read_card(target)
    # Lines are longer or shorter now.
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(target)], check=False, cwd=root)
    return target


def _renamed(text: str, name: str) -> str:
    return text.replace(OLD, name).replace(OLD.capitalize(), name.capitalize())


def switch_on(name: str, root: Path = ROOT) -> None:
    """Adds the plugin to those of the demo organisation, in the file that `make run` reads."""
    path = root / "tenants" / DEMO / "tenant.toml"
    text = path.read_text("utf-8")
    found = _LIST.search(text)
    if found is None:
        raise LuwteError(f"tenants/{DEMO}/tenant.toml has no line 'plugins = […]': add {name} there yourself.")
    names = [part for part in found[1].split(", ") if part]
    listed = ", ".join([*names, f'"{name}"'])
    path.write_text(f"{text[: found.start()]}plugins = [{listed}]{text[found.end() :]}", "utf-8")


def install() -> None:
    """Installs Luwte from this folder again, so that the new entry point is found."""
    try:
        bootstrap.install_project()
    except bootstrap.SetupError as error:
        raise LuwteError(str(error)) from None
    stamp = bootstrap.read_stamp()
    if stamp:
        bootstrap.write_stamp({**stamp, "project": bootstrap.wanted("dev")["project"]})


def main() -> None:
    """Makes the plugin whose name is given; a fault ends it with one sentence."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        check_name(name)
        copy_template(name)
        switch_on(name)
        install()
    except LuwteError as error:
        sys.exit(str(error))
    print(_NEXT.format(name=name, demo=DEMO))


if __name__ == "__main__":
    main()
