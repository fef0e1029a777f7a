"""Start-up checks of a plugin's folder: templates and static files under its own name, no inline scripts, Dutch."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import LuwteError
from core.i18n.catalog import Catalog
from core.i18n.extraction import complaints, find_uses

if TYPE_CHECKING:
    from core.plugin_host.host import Plugin

LANGUAGE = "nl"
"""What every plugin speaks besides English."""

_COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)
_FORBIDDEN = {
    "a script within the page": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE),
    "a script of another site": re.compile(r"<script\b[^>]*\bsrc=[\"']?(https?:)?//", re.IGNORECASE),
    "a script in an attribute": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"=\s*[\"']?\s*javascript:", re.IGNORECASE),
    "a style within the page": re.compile(r"<style\b|<[a-z][^>]*\sstyle\s*=", re.IGNORECASE),
}
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)


def check_files(plugin: "Plugin") -> None:
    """Checks the plugin's folder. Raises LuwteError for the first thing amiss."""
    folder = plugin.card.folder
    for kind in ("templates", "static"):
        _check_own_folder(plugin.name, folder / kind)
    for template in sorted((folder / "templates").rglob("*.jinja2")):
        _check_template(plugin.name, template)
    _check_translations(plugin.name, folder)


def _check_own_folder(plugin: str, folder: Path) -> None:
    """Templates and static files are found by their path alone: one of another name would stand before another's."""
    for thing in sorted(folder.iterdir()) if folder.is_dir() else ():
        if thing.name != plugin and not thing.name.startswith((".", "__")):
            raise LuwteError(
                f"Plugin {plugin}: {folder.name}/{thing.name} must lie in {folder.name}/{plugin}/: move it there."
            )


def _check_template(plugin: str, template: Path) -> None:
    text = _COMMENT.sub("", template.read_text("utf-8"))
    for what, pattern in _FORBIDDEN.items():
        if pattern.search(text):
            raise LuwteError(
                f"Plugin {plugin}: the template {template.name} holds {what}, which no browser would run: "
                f"put it into a file in static/{plugin}/."
            )
    if template.name.startswith("panel") and _SCRIPT.search(text):
        raise LuwteError(
            f"Plugin {plugin}: the template {template.name} of a panel holds a script: panels are HTML alone."
        )


def _check_translations(plugin: str, folder: Path) -> None:
    uses, catalog = find_uses(folder), Catalog([folder / "locale"])
    strangers = sorted(key for key in catalog.entries(LANGUAGE) if not key.startswith(f"{plugin}."))
    if strangers:
        raise LuwteError(f"Plugin {plugin}: the text {strangers[0]} must have a key that starts with '{plugin}.'.")
    for complaint in complaints(uses, catalog, LANGUAGE, unused=False):
        where = complaint.replace(f"{folder}/", "")
        raise LuwteError(f"Plugin {plugin}: {where} Mend it in locale/{LANGUAGE}/messages.po.")
