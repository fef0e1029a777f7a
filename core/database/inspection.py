"""Looks at a real database: does it keep organisations apart, and is it what the models say? For tests and `doctor`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table

from core.database.base import NETWORK_TABLES, Base, isolation_fault
from core.database.migration import VERSION_TABLE_PREFIX, MigrationSource, owner_of
from core.database.migration_operations import CURRENT_TENANT, POLICY
from core.database.scope import unguarded

_SECURITY = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_catalog.pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
"""
_POLICIES = """
SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check FROM pg_catalog.pg_policies
WHERE schemaname = current_schema()
"""
_OTHERS = """
SELECT c.relname FROM pg_catalog.pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('v', 'm', 'f')
"""
_RULE = f"(tenant_id = {CURRENT_TENANT})"


def isolation_faults(database: Engine | Connection) -> list[str]:
    """Return a sentence for each table that could let organisations mix: keys, and on PostgreSQL policies. Empty: none.

    Looks at the tables as they are, so that a table that no model knows is found too.
    """
    with _connection(database) as connection:
        metadata = MetaData()
        metadata.reflect(connection)
        tables = [table for table in metadata.tables.values() if _is_tenants(table)]
        faults = [f"{table.name} {fault}" for table in tables if (fault := isolation_fault(table))]
        if connection.dialect.name == "postgresql":
            faults += _policy_faults(connection, {table.name for table in tables})
    return faults


def _is_tenants(table: Table) -> bool:
    return table.name not in NETWORK_TABLES and not table.name.startswith(VERSION_TABLE_PREFIX)


def _policy_faults(connection: Connection, tables: set[str]) -> Iterator[str]:
    for name, enabled, forced in connection.exec_driver_sql(_SECURITY):
        if name in tables and not (enabled and forced):
            yield f"{name} does not force row-level security"
    found: dict[str, list[Any]] = {}
    for row in connection.exec_driver_sql(_POLICIES):
        found.setdefault(row.tablename, []).append(row)
    for name in sorted(tables):
        # Policies are joined by OR: a second one can only open what the first one closes.
        if [tuple(row)[1:] for row in found.get(name, [])] != [(POLICY, "PERMISSIVE", "{public}", "ALL", _RULE, _RULE)]:
            yield f"{name} has not exactly the one policy {POLICY}"
    for (name,) in connection.exec_driver_sql(_OTHERS):
        yield f"{name} is a view, which would read past the policies"


def differences(
    database: Engine | Connection, source: MigrationSource, sources: Sequence[MigrationSource] = ()
) -> list[Any]:
    """Return how one package's models differ from its tables in the database, as Alembic tells it; empty: not at all.

    `sources`: all packages in this database, so that each is compared with its own tables only.
    """
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    everyone = tuple(sources) or (source,)

    def include_name(name: str | None, kind: str, _parents: Any) -> bool:
        return kind != "table" or (_ours(name or "", source, everyone))

    def include_object(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
        return include_name(name, kind, None)

    options = {
        "target_metadata": Base.metadata,
        "include_name": include_name,
        "include_object": include_object,
        "compare_type": True,
    }
    with _connection(database) as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


def _ours(table: str, source: MigrationSource, sources: Sequence[MigrationSource]) -> bool:
    return not table.startswith(VERSION_TABLE_PREFIX) and owner_of(table, sources) == source


@contextmanager
def _connection(database: Engine | Connection) -> Iterator[Connection]:
    if isinstance(database, Connection):
        yield database
    else:
        with unguarded(database).connect() as connection:
            yield connection
