"""Compare the texts in code and templates with the translations (``make texts``): what is missing, old or left over."""

import sys
from pathlib import Path

from core.i18n.catalog import Catalog
from core.i18n.extraction import complaints, find_uses

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = "nl"


def sources(root: Path = ROOT) -> list[tuple[Path, Path]]:
    """Return (folder with texts, folder with its translations) of the core and of every plugin."""
    plugins = sorted(card.parent for card in (root / "plugins").glob("*/plugin.toml"))
    return [(root / "core", root / "core" / "i18n" / "locale"), *((plugin, plugin / "locale") for plugin in plugins)]


def main() -> None:
    """Print one sentence per fault; fail where there is one."""
    found = []
    for folder, locale in sources():
        uses = find_uses(folder)
        print(f"{folder.relative_to(ROOT)}: {len({use.key for use in uses})} texts")
        found += complaints(uses, Catalog([locale]), LANGUAGE)
    print("\n".join(found) or f"All of them are in {LANGUAGE}, and none is left over.")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
