"""`luwte tenants import`: brings the folder `tenants/` into the database, and leaves alone what was changed here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, delete, insert, select, update

from core.clock import Clock, utc_now
from core.errors import LuwteError
from core.hookspecs.values import Setting
from core.tenancy.folder import TenantFolder, read_tenants
from core.tenancy.hosts import CONSOLE
from core.tenancy.merging import Merge, Stored, merge, to_json
from core.tenancy.models import TenantPage, TenantPlugin, TenantRow, TenantValue
from core.tenancy.revision import bump_revision
from core.tenancy.session import NetworkSession, network_session
from core.tenancy.settings import checked_settings

Declarations = Mapping[str, Sequence[Setting]]
_NETWORK_VALUES = {"name": "Luwte", "languages": ["nl", "en"], "state": "live", "operator": "Luwte"}


@dataclass(slots=True)
class ImportReport:
    """What an import did. `kept` and `missing_plugins` hold sentences for the operator; the rest holds slugs."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    missing_plugins: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Known:
    """All that the database holds, read with four queries."""

    ids: Mapping[str, UUID]
    values: Mapping[UUID, Mapping[str, Stored]]
    pages: Mapping[UUID, Mapping[tuple[str, str], Stored]]
    plugins: Mapping[UUID, Mapping[str, TenantPlugin]]


def import_tenants(
    engine: Engine,
    folder: Path,
    known_plugins: Collection[str],
    setting_declarations: Declarations,
    clock: Clock = utc_now,
    left_out: Collection[str] = (),
) -> ImportReport:
    """Import every organisation in `folder`, all or nothing; the network's own tenant is made here too.

    Raises LuwteError with one sentence for a mistake in a file. Absent plugins are reported, and the import goes on
    without them. `left_out`: plugins that are there but could not be started; their settings stay as they are stored.
    """
    folders = read_tenants(folder)
    _check_hosts(folders)
    report = ImportReport()
    prepared = [(tenant, _values(tenant, known_plugins, setting_declarations, left_out, report)) for tenant in folders]
    here = {*known_plugins, *left_out}
    with network_session(engine, "import", writes=False) as session, session.begin():
        known = _read(session, tuple(f"plugin.{name}." for name in left_out))
        _import_network(session, known, clock)
        for tenant, values in prepared:
            _import_one(session, tenant, values, known, here, report, clock)
        if report.created or report.updated:
            bump_revision(session)
    return report


def _values(
    tenant: TenantFolder,
    known_plugins: Collection[str],
    declarations: Declarations,
    left_out: Collection[str],
    report: ImportReport,
) -> dict[str, Any]:
    """Add the checked settings of plugins that are there; report those that are not."""
    values = dict(tenant.values)
    for plugin in dict.fromkeys((*tenant.plugins, *tenant.settings)):
        if plugin in left_out:
            report.kept.append(
                f"{tenant.slug}: the plugin {plugin} could not be started; its settings stay as they are."
            )
        elif plugin not in known_plugins:
            report.missing_plugins.append(
                f"tenants/{tenant.slug}/tenant.toml names the plugin {plugin}, which is not installed: {tenant.slug} "
                "goes on without it."
            )
        elif plugin in tenant.settings:
            where = f"tenants/{tenant.slug}/tenant.toml"
            checked = checked_settings(tenant.settings[plugin], declarations.get(plugin, ()), plugin, where)
            values |= {f"plugin.{plugin}.{name}": value for name, value in checked.items()}
    return values


def _check_hosts(folders: Iterable[TenantFolder]) -> None:
    taken: dict[str, str] = {}
    for tenant in folders:
        own = [*tenant.values.get("hosts.site", ()), tenant.values.get("hosts.workplace")]
        for host in filter(None, own):
            if host in taken:
                raise LuwteError(
                    f"tenants/{tenant.slug}/tenant.toml: [hosts] names {host}, which {taken[host]} has already: mend "
                    "one of them."
                )
            taken[host] = tenant.slug


def _read(session: NetworkSession, but: tuple[str, ...]) -> _Known:
    """What there is, without facts whose keys begin so: what is not seen is neither changed nor dropped."""
    values: dict[UUID, dict[str, Stored]] = {}
    for row in session.execute(select(TenantValue.__table__)):
        if row.key.startswith(but):
            continue
        values.setdefault(row.tenant_id, {})[row.key] = Stored(row.value, row.imported_hash)
    pages: dict[UUID, dict[tuple[str, str], Stored]] = {}
    for row in session.execute(select(TenantPage.__table__)):
        pages.setdefault(row.tenant_id, {})[row.language, row.slug] = Stored(row.value, row.imported_hash)
    plugins: dict[UUID, dict[str, TenantPlugin]] = {}
    for plugin in session.scalars(select(TenantPlugin)):
        plugins.setdefault(plugin.tenant_id, {})[plugin.plugin] = plugin
    ids = {row.slug: row.id for row in session.execute(select(TenantRow.slug, TenantRow.id))}
    return _Known(ids, values, pages, plugins)


def _import_network(session: NetworkSession, known: _Known, clock: Clock) -> None:
    """Make the network's own tenant once: its staff are the network admins, its place is the console."""
    if CONSOLE not in known.ids:
        tenant_id = _create(session, CONSOLE, "network", clock)
        rows = [_value_row(tenant_id, key, Stored(to_json(value), None)) for key, value in _NETWORK_VALUES.items()]
        session.execute(insert(TenantValue), rows)
        bump_revision(session)


def _create(session: NetworkSession, slug: str, kind: str, clock: Clock) -> UUID:
    row = TenantRow(id=uuid4(), slug=slug, kind=kind, created_at=clock())
    session.add(row)
    session.flush()
    return row.id


def _import_one(  # noqa: PLR0913, PLR0917 - one organisation needs all of this
    session: NetworkSession,
    tenant: TenantFolder,
    values: Mapping[str, Any],
    known: _Known,
    known_plugins: set[str],
    report: ImportReport,
    clock: Clock,
) -> None:
    new = tenant.slug not in known.ids
    tenant_id = _create(session, tenant.slug, "organisation", clock) if new else known.ids[tenant.slug]
    facts = merge(known.values.get(tenant_id, {}), {key: to_json(value) for key, value in values.items()})
    pages = merge(known.pages.get(tenant_id, {}), {key: to_json(page) for key, page in tenant.pages.items()})
    changed = _store_values(session, tenant_id, facts, known.values.get(tenant_id, {}))
    changed |= _store_pages(session, tenant_id, pages, known.pages.get(tenant_id, {}))
    changed |= _switch_plugins(
        session, tenant_id, known_plugins.intersection(tenant.plugins), known.plugins.get(tenant_id, {})
    )
    if new:
        report.created.append(tenant.slug)
    elif changed:
        report.updated.append(tenant.slug)
    report.kept += [f"{tenant.slug}: {key} was changed here and stays as it is." for key in facts.kept]
    report.kept += [
        f"{tenant.slug}: the page {'/'.join(key)} was changed here and stays as it is." for key in pages.kept
    ]
    report.kept += _kept_off(tenant, known.plugins.get(tenant_id, {}))


def _value_row(tenant_id: UUID, key: str, stored: Stored) -> dict[str, Any]:
    return {"tenant_id": tenant_id, "key": key, "value": stored.value, "imported_hash": stored.imported_hash}


def _store_values(session: NetworkSession, tenant_id: UUID, change: Merge[str], old: Mapping[str, Stored]) -> bool:
    gone = [*change.drop, *(key for key in change.put if key in old)]
    if gone:
        session.execute(delete(TenantValue).where(TenantValue.tenant_id == tenant_id, TenantValue.key.in_(gone)))
    if change.put:
        session.execute(insert(TenantValue), [_value_row(tenant_id, key, stored) for key, stored in change.put.items()])
    return bool(gone or change.put)


def _store_pages(
    session: NetworkSession, tenant_id: UUID, change: Merge[tuple[str, str]], old: Mapping[tuple[str, str], Stored]
) -> bool:
    for language, slug in (*change.drop, *(key for key in change.put if key in old)):
        place = (TenantPage.tenant_id == tenant_id, TenantPage.language == language, TenantPage.slug == slug)
        session.execute(delete(TenantPage).where(*place))
    rows = [
        {
            "tenant_id": tenant_id,
            "language": key[0],
            "slug": key[1],
            "value": stored.value,
            "imported_hash": stored.imported_hash,
        }
        for key, stored in change.put.items()
    ]
    if rows:
        session.execute(insert(TenantPage), rows)
    return bool(change.drop or rows)


def _switch_plugins(session: NetworkSession, tenant_id: UUID, named: set[str], old: Mapping[str, TenantPlugin]) -> bool:
    """Switch on what is newly named, unless it was switched off here; switch off what the folder alone had on."""
    changed = False
    for name in sorted(named - old.keys()):
        session.add(TenantPlugin(tenant_id=tenant_id, plugin=name, enabled=True, from_folder=True))
        changed = True
    for name, row in old.items():
        wanted = _wanted(row, name in named)
        if (row.enabled, row.from_folder) != wanted:
            place = (TenantPlugin.tenant_id == tenant_id, TenantPlugin.plugin == name)
            session.execute(update(TenantPlugin).where(*place).values(enabled=wanted[0], from_folder=wanted[1]))
            changed = True
    return changed


def _wanted(row: TenantPlugin, named: bool) -> tuple[bool, bool]:
    """Return (enabled, from_folder) as the import wants them."""
    if row.switched_off_here:
        return False, row.from_folder
    if named:
        return True, row.from_folder or not row.enabled
    return (False, False) if row.from_folder else (row.enabled, False)


def _kept_off(tenant: TenantFolder, rows: Mapping[str, TenantPlugin]) -> list[str]:
    off = [name for name in tenant.plugins if name in rows and rows[name].switched_off_here]
    return [f"{tenant.slug}: the plugin {name} was switched off here and stays off." for name in off]
