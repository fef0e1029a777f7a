"""The demo organisations for tests of the core, which must not mind which plugins are installed."""

import shutil
import tomllib
from collections.abc import Collection
from pathlib import Path

from core.tenancy.toml_writing import write_toml

DEMO = Path(__file__).resolve().parents[3] / "tenants"


def demo_tenants(folder: Path, plugins: Collection[str], *slugs: str) -> Path:
    """Copy the demo organisations (by default all) into `folder/tenants`, with these of their plugins and no others."""
    copy = folder / "tenants"
    for slug in slugs or sorted(card.parent.name for card in DEMO.glob("*/tenant.toml")):
        shutil.copytree(DEMO / slug, copy / slug)
        card = copy / slug / "tenant.toml"
        facts = tomllib.loads(card.read_text("utf-8"))
        facts["plugins"] = [name for name in facts["plugins"] if name in plugins]
        for table in ("plugin", "lock"):
            facts[table] = {name: value for name, value in facts.get(table, {}).items() if name in plugins}
        card.write_text(write_toml(facts), "utf-8")
    return copy
