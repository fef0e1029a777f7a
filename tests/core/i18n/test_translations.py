"""Every sentence on a screen exists in Dutch, was made from the English that stands in the code, and is used."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from core.i18n.catalog import CORE_LOCALE, Catalog
from core.i18n.extraction import complaints, find_uses

ROOT = Path(__file__).parents[3]
PLUGINS = sorted(file.parent for file in (ROOT / "plugins").glob("*/plugin.toml"))


def test_core_speaks_complete_dutch() -> None:
    uses = find_uses(ROOT / "core")
    assert len(uses) > 50, "the search for sentences found almost nothing: it is the search that broke"
    assert complaints(uses, Catalog([CORE_LOCALE]), "nl") == []


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda folder: folder.name)
def test_plugin_speaks_complete_dutch(plugin: Path) -> None:
    assert complaints(find_uses(plugin), Catalog([plugin / "locale"]), "nl") == []


def test_core_and_plugins_share_no_key() -> None:
    Catalog([CORE_LOCALE, *(plugin / "locale" for plugin in PLUGINS)])


@pytest.mark.parametrize("file", sorted(ROOT.glob("**/locale/*/messages.po")), ids=lambda file: str(file.parent))
def test_no_sentence_waits_for_review(file: Path) -> None:
    with file.open("rb") as stream:
        assert [message.context for message in read_po(stream) if message.fuzzy and message.id] == []
