"""A folder of organisations that tests may change."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.hookspecs.values import Setting
from core.tenancy.contrast import PAIRS

TENANT = """
name = "Boom"
languages = ["nl", "en"]
operator = "Stichting Boom"
state = "live"
plugins = ["chat"]

[phone]
number = "0800 1"

[plugin.chat]
ask_age = true
"""
PAGE = "---\ntitle: Lezen\nsummary: Waarom\norder: 2\n---\n# Kop\n\nTekst.\n"
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9"/></svg>'
DECLARATIONS = {
    "chat": (Setting("ask_age", bool, False, "Ask the age"), Setting("themes", tuple[str, ...], (), "Themes"))
}


def tokens() -> str:
    """Black on white everywhere: the fewest tokens that pass."""
    fronts = {front: "#000000" for front, _, _ in PAIRS} | {back: "#ffffff" for _, back, _ in PAIRS}
    colours = fronts | {"accent": "#595959", "accent-strong": "#595959", "on-accent": "#ffffff"}
    return "[light]\n" + "".join(f'{name} = "{colour}"\n' for name, colour in colours.items())


@dataclass(frozen=True)
class TenantsFolder:
    """A folder `tenants/` with one organisation `boom`."""

    path: Path

    def write(self, name: str, text: str) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def change(self, old: str, new: str, name: str = "boom/tenant.toml") -> None:
        text = (self.path / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new, 1))


@pytest.fixture
def folder(tmp_path: Path) -> TenantsFolder:
    made = TenantsFolder(tmp_path / "tenants")
    made.write("boom/tenant.toml", TENANT)
    made.write("boom/tokens.toml", tokens())
    made.write("boom/logo.svg", LOGO)
    made.write("boom/content/nl/lezen.md", PAGE)
    made.write("boom/locale/nl.toml", '"chat.start" = "Begin"\n')
    return made


Change = Callable[[TenantsFolder], None]
