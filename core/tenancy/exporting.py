"""`luwte tenants export`: writes organisations as folders that an import reads back to the same values."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from core.errors import LuwteError
from core.tenancy.folder_content import write_page
from core.tenancy.models import TenantPage, TenantPlugin, TenantRow, TenantValue
from core.tenancy.session import NetworkSession, network_session
from core.tenancy.toml_writing import write_toml

_TABLES = ("phone", "hosts", "brand")


def export_tenant(engine: Engine, slug: str, folder: Path, left_out: Sequence[str] = ()) -> Path:
    """Write one organisation to `folder/<slug>/` and return that folder.

    `left_out`: names of secret settings, which are not written; the folder says so. Raises LuwteError when there is no
    such organisation, or when the folder is there already: nothing is overwritten.
    """
    target = folder / slug
    if target.exists():
        raise LuwteError(f"{target} is there already: remove it or name another folder.")
    with network_session(engine, "export", writes=False) as session, session.begin():
        row = session.scalars(select(TenantRow).where(TenantRow.slug == slug, TenantRow.kind == "organisation")).first()
        if row is None:
            raise LuwteError(f"There is no organisation {slug}: `luwte tenants list` shows all.")
        files = _files(session, row)
    files["tenant.toml"] = _named(left_out) + files["tenant.toml"]
    for name, content in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return target


def _named(left_out: Sequence[str]) -> str:
    """Lines for whoever reads the folder, and for nobody who imports it."""
    if not left_out:
        return ""
    names = "".join(f"#   {name}\n" for name in left_out)
    return f"# Left out, because they are secret; set them anew where this is imported:\n{names}\n"


def _files(session: NetworkSession, row: TenantRow) -> dict[str, str]:
    found = session.execute(
        select(TenantValue.key, TenantValue.value).where(
            TenantValue.tenant_id == row.id, TenantValue.value.is_not(None)
        )
    )
    values = {key: json.loads(value) for key, value in found if value}
    plugins = session.scalars(
        select(TenantPlugin.plugin)
        .where(TenantPlugin.tenant_id == row.id, TenantPlugin.enabled)
        .order_by(TenantPlugin.plugin)
    )
    files = {"tenant.toml": write_toml(_facts(values, list(plugins)))} | _tokens(values) | _texts(values)
    if "brand.logo" in values:
        files["logo.svg"] = values["brand.logo"]
    return files | _pages(session, row)


def _facts(values: Mapping[str, Any], plugins: list[str]) -> dict[str, Any]:
    facts: dict[str, Any] = {key: value for key, value in sorted(values.items()) if "." not in key}
    facts["plugins"] = plugins
    for table in _TABLES:
        facts[table] = {key: value for key, value in _under(f"{table}.", values).items() if key != "logo"}
    return facts | {name: _by_plugin(f"{name}.", values) for name in ("plugin", "lock", "keep")}


def _by_plugin(prefix: str, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    tables: dict[str, dict[str, Any]] = {}
    for name, value in _under(prefix, values).items():
        plugin, _, key = name.partition(".")
        tables.setdefault(plugin, {})[key] = value
    return tables


def _tokens(values: Mapping[str, Any]) -> dict[str, str]:
    light, dark = _under("light.", values), _under("dark.", values)
    return {"tokens.toml": write_toml({"light": light, "dark": dark})} if light else {}


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    languages: dict[str, dict[str, Any]] = {}
    for name, value in _under("text.", values).items():
        language, _, key = name.partition(".")
        languages.setdefault(language, {})[key] = value
    return {f"locale/{language}.toml": write_toml(texts) for language, texts in languages.items()}


def _pages(session: NetworkSession, row: TenantRow) -> dict[str, str]:
    pages = session.scalars(select(TenantPage).where(TenantPage.tenant_id == row.id, TenantPage.value.is_not(None)))
    return {f"content/{page.language}/{page.slug}.md": write_page(json.loads(page.value or "")) for page in pages}


def _under(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {key.removeprefix(prefix): value for key, value in sorted(values.items()) if key.startswith(prefix)}
