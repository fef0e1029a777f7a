"""Engines for SQLite and PostgreSQL that behave alike: the same guard, moments in UTC, our own beginnings."""

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL

from core.database import deadline
from core.database.guard import OWN_STATEMENT, guard
from core.database.guard_compiler import facts_of
from core.database.scope import scope_of
from core.errors import LuwteError

BUSY_TIMEOUT_MS = 15_000
"""How long somebody waits for SQLite's one write lock: longer than all the worker's children, each ended when it has
held it for `MOST_WRITING` (core/worker/alarm.py), can hold it one after the other."""
BEGIN_TO_WRITE = "BEGIN IMMEDIATE"
"""What takes SQLite's one write lock, until the transaction ends."""
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA synchronous = FULL",
    "PRAGMA trusted_schema = OFF",
)
_POSTGRESQL_OPTIONS = (
    f"-c timezone=UTC -c lock_timeout=5s -c statement_timeout={deadline.STATEMENT_TIMEOUT} "
    "-c idle_in_transaction_session_timeout=60s"
)
_BEGUN_TO_WRITE = "luwte_begun_to_write"


def make_engine(url: str) -> Engine:
    """Return the engine for a database address. Raises LuwteError for any other database than SQLite and PostgreSQL.

    Values never show in errors or logs. Each statement is judged by the guard.
    """
    address = make_url(url)
    kind = address.get_backend_name()
    if kind == "sqlite":
        engine = _sqlite_engine(address)
    elif kind == "postgresql":
        engine = _postgresql_engine(address)
    else:
        raise LuwteError(f"Luwte works on SQLite and PostgreSQL; luwte.database names {kind}: mend it in the ini file.")
    guard(engine)
    deadline.watch(engine)
    return engine


def _sqlite_engine(address: URL) -> Engine:
    # autocommit off in the driver: it would begin and commit by its own rules; we send BEGIN ourselves.
    engine = create_engine(address, hide_parameters=True, connect_args={"isolation_level": None})
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "before_cursor_execute", _begin_to_write)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = scope_of(connection).writes
    connection.info[_BEGUN_TO_WRITE] = writes
    _send(connection, BEGIN_TO_WRITE if writes else "BEGIN")


def _begin_to_write(
    connection: Connection, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool
) -> None:
    """Start a reading transaction over as a writing one before its first write, row lock or savepoint.

    SQLite refuses at once to turn a read into a write when another has written in between. Until now this transaction
    has only read, so ending it loses nothing; from here it sees what others committed, as each statement does on
    PostgreSQL.
    """
    facts = facts_of(context.compiled)
    if facts is None or connection.info.get(_BEGUN_TO_WRITE, True):
        return
    if facts.writes or facts.locks or facts.savepoint:
        connection.info[_BEGUN_TO_WRITE] = True
        _send(connection, "COMMIT")
        _send(connection, BEGIN_TO_WRITE)


def _postgresql_engine(address: URL) -> Engine:
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={"options": _POSTGRESQL_OPTIONS, "application_name": "luwte", "connect_timeout": 5},
    )
    event.listen(engine, "begin", _set_tenant)
    return engine


def _set_tenant(connection: Connection) -> None:
    """Name the organisation for row-level security, for this transaction: a plain SET outlives the checkout."""
    scope = scope_of(connection)
    if scope.kind == "tenant":
        _send(connection, "SELECT set_config('luwte.tenant', %s, true)", (str(scope.tenant_id),))


def _send(connection: Connection, statement: str, parameters: tuple[str, ...] | None = None) -> None:
    connection.exec_driver_sql(statement, parameters, execution_options={OWN_STATEMENT: True})
