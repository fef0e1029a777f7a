"""Builds organisations out of rows: the immutable picture that a process works with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Connection, select

from core.configuration import Configuration
from core.crypto.tokens import fingerprint
from core.hookspecs.values import Setting
from core.tenancy.hosts import HostMatch, host_table, site_hosts, workplace_host
from core.tenancy.merging import to_json
from core.tenancy.models import TenantPage, TenantPlugin, TenantRow, TenantValue
from core.tenancy.settings import typed_settings, way_up
from core.tenancy.tenant import Brand, Page, Phone, Tenant

log = structlog.get_logger("luwte.tenancy")

Declarations = Mapping[str, Sequence[Setting]]
_STATES = ("draft", "live", "suspended")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All organisations at one revision."""

    revision: int
    tenants: tuple[Tenant, ...]
    by_id: Mapping[UUID, Tenant]
    by_slug: Mapping[str, Tenant]
    hosts: Mapping[str, HostMatch]


@dataclass(slots=True)
class _Rows:
    id: UUID
    slug: str
    kind: Any
    values: dict[str, Any] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    plugins: set[str] = field(default_factory=set)


def read_snapshot(
    connection: Connection, revision: int, configuration: Configuration, declarations: Declarations
) -> Snapshot:
    """Read all organisations with four queries."""
    rows = _read(connection)
    by_slug = {row.slug: row for row in rows.values()}
    network = next((row for row in rows.values() if row.kind == "network"), None)

    def levels(row: _Rows) -> list[Mapping[str, Any]]:
        way = way_up(row, lambda one: by_slug.get(one.values.get("parent", "")), network)
        return [level.values for level in way]

    tenants = tuple(_tenant(row, by_slug, configuration, _settings(levels(row), declarations)) for row in rows.values())
    return Snapshot(
        revision,
        tenants,
        {tenant.id: tenant for tenant in tenants},
        {tenant.slug: tenant for tenant in tenants},
        host_table(tenants, configuration),
    )


def _read(connection: Connection) -> dict[UUID, _Rows]:
    found = connection.execute(select(TenantRow.id, TenantRow.slug, TenantRow.kind).order_by(TenantRow.slug))
    rows = {row.id: _Rows(row.id, row.slug, row.kind) for row in found}
    for value in connection.execute(select(TenantValue.__table__).where(TenantValue.value.is_not(None))):
        rows[value.tenant_id].values[value.key] = json.loads(value.value)
    for page in connection.execute(select(TenantPage.__table__).where(TenantPage.value.is_not(None))):
        rows[page.tenant_id].pages.append(Page(slug=page.slug, language=page.language, **json.loads(page.value)))
    for plugin in connection.execute(select(TenantPlugin.__table__).where(TenantPlugin.enabled)):
        rows[plugin.tenant_id].plugins.add(plugin.plugin)
    return rows


def _tenant(
    row: _Rows, by_slug: Mapping[str, _Rows], configuration: Configuration, settings: dict[str, dict[str, Any]]
) -> Tenant:
    values, domain = row.values, configuration.network_domain
    parent = by_slug.get(values.get("parent", ""))
    return Tenant(
        id=row.id,
        slug=row.slug,
        kind=row.kind,
        name=values.get("name", row.slug),
        state=_state(row),
        demo=bool(values.get("demo", False)),
        parent_id=parent.id if parent else None,
        languages=tuple(values.get("languages", ("nl",))),
        country=values.get("country", "NL"),
        phone=_phone(values),
        emergency=values.get("emergency", "112"),
        operator=values.get("operator", ""),
        brand=_brand(values, parent.values if parent else {}),
        plugins=frozenset(row.plugins),
        texts=_texts(values),
        settings=settings,
        pages=tuple(sorted(row.pages, key=lambda page: (page.order, page.slug, page.language))),
        site_hosts=site_hosts(row.slug, row.kind, values.get("hosts.site", ()), configuration),
        workplace_host=values.get("hosts.workplace") or workplace_host(row.slug, row.kind, domain),
        leave_url=values.get("leave_url"),
        values=values,
    )


def _state(row: _Rows) -> Any:
    state = row.values.get("state", "draft")
    if state in _STATES:
        return state
    log.error("unknown state of an organisation, treated as suspended", tenant=row.slug)
    return "suspended"


def _phone(values: Mapping[str, Any]) -> Phone | None:
    number = values.get("phone.number")
    return Phone(number, values.get("phone.note", "")) if number else None


def _brand(values: Mapping[str, Any], parent: Mapping[str, Any]) -> Brand:
    """A region takes from its portal what it does not bring itself: tokens, logo, illustration."""
    coloured = values if _under("light.", values) else parent
    light, dark = _under("light.", coloured), _under("dark.", coloured)
    brand = {**_under("brand.", parent), **_under("brand.", values)}
    logo, illustration = brand.get("logo"), brand.get("illustration", "plain")
    mark = fingerprint(to_json([light, dark, logo, illustration]).encode())[:20]
    return Brand(light, dark, logo, illustration, mark)


def _under(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}


def _texts(values: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = {}
    for name, value in _under("text.", values).items():
        language, _, key = name.partition(".")
        texts.setdefault(language, {})[key] = value
    return texts


def _settings(levels: Sequence[Mapping[str, Any]], declarations: Declarations) -> dict[str, dict[str, Any]]:
    """Checked settings with defaults for plugins that declare them; the stored ones of absent plugins rest."""
    return {plugin: typed_settings(plugin, declared, levels) for plugin, declared in declarations.items()}
