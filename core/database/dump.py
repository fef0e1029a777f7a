"""Every row of a database, out of it and into an empty one: for backups, alike for SQLite and PostgreSQL.

Tables are read off the database itself, not off the models, so that rows of a plugin that could not be loaded go along.
Values travel as JSON: bytes in base64, an id as 32 hex digits, a moment in UTC. The table that takes them decides what
they become, so a backup of the one kind of database fits the other.

A reader sees one moment of the whole database while others go on writing. On PostgreSQL row-level security holds here
as for anybody: one organisation is read and written after another.
"""

import base64
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Connection, DateTime, Engine, LargeBinary, MetaData, Table, Uuid, insert, select
from sqlalchemy.types import TypeEngine

from core.database.base import NETWORK_TABLES
from core.database.migration import VERSION_TABLE_PREFIX, MigrationSource, versions
from core.database.roles import quote
from core.database.scope import unguarded
from core.errors import LuwteError

AT_ONCE = 500
"""Rows that are in memory at a time."""
_TENANT, _OWNER = "tenant", "tenant_id"

Line = list[Any]
"""One row: its values in the order of the table's columns."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One moment of a database. It ends with `reading`."""

    _connection: Connection
    _tables: MetaData

    def tables(self, left_out: Collection[str] = ()) -> list[str]:
        """The names of all tables with rows to keep, parents before their children."""
        return [table.name for table in _in_order(self._tables) if table.name not in left_out]

    def columns(self, name: str) -> list[str]:
        """The columns of a table, in the order in which values are given."""
        return [column.name for column in self._tables.tables[name].columns]

    def rows(self, name: str) -> Iterator[Line]:
        """Every row of a table, organisation by organisation; a row of nobody's is not given."""
        table = self._tables.tables[name]
        if name in NETWORK_TABLES:
            yield from self._stream(select(table))
            return
        for tenant_id in self.tenants():
            _name_tenant(self._connection, tenant_id)
            yield from self._stream(select(table).where(table.columns[_OWNER] == tenant_id))

    def tenants(self) -> list[Any]:
        """The ids of all organisations, as this database holds them."""
        if _TENANT not in self._tables.tables:
            return []
        return list(self._connection.scalars(select(self._tables.tables[_TENANT].columns["id"])))

    def versions(self, sources: Sequence[MigrationSource]) -> dict[str, str]:
        """Per package the last migration that ran, packages that are not installed included."""
        names = (name for name in self._tables.tables if name.startswith(VERSION_TABLE_PREFIX))
        known = {source.version_table: source for source in sources}
        every = [known.get(name) or _unknown(name) for name in names]
        return versions(self._connection, every)

    def _stream(self, query: Any) -> Iterator[Line]:
        for row in self._connection.execute(query.execution_options(yield_per=AT_ONCE)):
            yield [_plain(value) for value in row]


@contextmanager
def reading(engine: Engine) -> Iterator[Reader]:
    """Give a reader of one moment of the whole database. Nobody waits for it, however long it takes."""
    with unguarded(engine, writes=False).connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            _take_time(connection)
            yield Reader(connection, _reflected(connection))


class Loader:
    """Writes rows into the empty tables of a database, in one transaction; it ends with `loading`."""

    def __init__(self, connection: Connection) -> None:
        """Reads what tables there are."""
        self._connection = connection
        self._tables = _reflected(connection)
        self._owner: Any = None

    def load(self, name: str, columns: Sequence[str], lines: Iterable[Line]) -> int:
        """Write a table's rows; gives how many. Raises LuwteError for a table or column that is not there."""
        table = self._tables.tables.get(name)
        if table is None or not set(columns) <= {column.name for column in table.columns}:
            raise LuwteError(f"The backup does not fit this database: it brings {name} with other columns than here.")
        kinds = [table.columns[column].type for column in columns]
        count = 0
        batch: list[dict[str, Any]] = []
        for line in lines:
            row = {column: self._fitted(value, kind) for column, value, kind in zip(columns, line, kinds, strict=True)}
            owner = row.get(_OWNER)
            if batch and (len(batch) >= AT_ONCE or batch[-1].get(_OWNER) != owner):
                count += self._write(table, batch)
                batch = []
            batch.append(row)
        return count + self._write(table, batch)

    def _write(self, table: Table, batch: list[dict[str, Any]]) -> int:
        if batch:
            _name_tenant(self._connection, batch[0].get(_OWNER))
            self._connection.execute(insert(table), batch)
        return len(batch)

    def _fitted(self, value: Any, kind: TypeEngine[Any]) -> Any:
        """A value as the column of this database takes it."""
        if value is None:
            return None
        if isinstance(kind, Uuid):
            return UUID(value)
        if isinstance(kind, DateTime):
            moment = datetime.fromisoformat(value)
            return moment if self._connection.dialect.name == "postgresql" else moment.replace(tzinfo=None)
        if isinstance(kind, LargeBinary):
            return base64.b64decode(value)
        return bool(value) if isinstance(kind, Boolean) else value


@contextmanager
def loading(engine: Engine, hidden_from: str | None = None) -> Iterator[Loader]:
    """Give a loader as the owner of the tables: all of it is written, or nothing.

    `hidden_from`: the application's role on PostgreSQL. From the commit on it cannot read which organisations there
    are, so that nobody sees anything before `show`.
    """
    with unguarded(engine).connect() as connection, connection.begin():
        _take_time(connection)
        if hidden_from:
            connection.exec_driver_sql(f'REVOKE SELECT ON "{_TENANT}" FROM {quote(connection, hidden_from)}')  # noqa: S608
        with _own_parents_later(connection):
            yield Loader(connection)


def show(engine: Engine, app_role: str) -> None:
    """Let the application's role on PostgreSQL see the organisations that were hidden from it."""
    with unguarded(engine).connect() as connection, connection.begin():
        connection.exec_driver_sql(f'GRANT SELECT ON "{_TENANT}" TO {quote(connection, app_role)}')


def alone(engine: Engine) -> bool:
    """Whether nobody else has a SQLite database open. It is left without a write-ahead log then."""
    with unguarded(engine, writes=False).connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.execute("PRAGMA busy_timeout = 500")
        try:
            raw.execute("PRAGMA journal_mode = DELETE")
        except engine.dialect.dbapi.OperationalError:  # type: ignore[union-attr]
            return False
    return True


@contextmanager
def _own_parents_later(connection: Connection) -> Iterator[None]:
    """Rows that point at others of their own table come in any order: their keys are looked at when all are there."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        yield
        return
    keys = [
        f'ALTER TABLE "{table.name}" ALTER CONSTRAINT {quote(connection, str(key.name))}'
        for table in _reflected(connection).tables.values()
        for key in table.foreign_key_constraints
        if key.referred_table is table
    ]
    for key in keys:
        connection.exec_driver_sql(f"{key} DEFERRABLE INITIALLY DEFERRED")
    yield
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for key in keys:
        connection.exec_driver_sql(f"{key} NOT DEFERRABLE")


def _reflected(connection: Connection) -> MetaData:
    tables = MetaData()
    tables.reflect(connection)
    return tables


def _in_order(tables: MetaData) -> list[Table]:
    return [table for table in tables.sorted_tables if not table.name.startswith(VERSION_TABLE_PREFIX)]


def _unknown(version_table: str) -> MigrationSource:
    """A package that is not installed: the database alone knows of it."""
    return MigrationSource(version_table.removeprefix(VERSION_TABLE_PREFIX), Path("/nowhere"))


def _take_time(connection: Connection) -> None:
    """A whole database takes longer than any request may."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")


def _name_tenant(connection: Connection, tenant_id: Any) -> None:
    if connection.dialect.name == "postgresql" and tenant_id is not None:
        connection.exec_driver_sql("SELECT set_config('luwte.tenant', %s, true)", (str(tenant_id),))


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode("ascii")
    return value
