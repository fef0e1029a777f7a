"""Runs migration scripts with Alembic, without an ini file or env.py: everything in one transaction, or nothing."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData
from sqlalchemy.exc import OperationalError

from core.database.base import NAMING_CONVENTION
from core.database.migration import MigrationSource, owner_of, versions
from core.database.roles import check_app_role, quote
from core.database.scope import unguarded
from core.errors import LuwteError

LOCK = 0x4C757774
"""Key of the advisory lock that lets one migration run at a time (the letters Luwt)."""


def run(
    engine: Engine, sources: Sequence[MigrationSource], app_role: str | None, until: Mapping[str, str] | None = None
) -> list[str]:
    """Run what has not run yet, package by package. See core.database.migration.migrate."""
    with _transaction(engine) as connection:
        if connection.dialect.name == "postgresql":
            app_role = check_app_role(connection, app_role)
        done = versions(connection, sources)
        ran: list[str] = []
        for source in sources:
            goal = source.head() if until is None else until.get(source.name)
            ran += _run_source(connection, source, sources, (done.get(source.name), goal), app_role)
        if app_role:
            _grant_reading(connection, sources, versions(connection, sources), app_role)
    return ran


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    try:
        with unguarded(engine).connect() as connection, _rules_at_rest(connection), connection.begin():
            _take_lock(connection)
            yield connection
            _check_sqlite(connection)
    except OperationalError as error:
        raise LuwteError(
            "The database could not be brought up to date, because another program holds it: stop the other processes "
            f"of Luwte, then try again. ({type(error.orig).__name__})"
        ) from error


@contextmanager
def _rules_at_rest(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, which its children's keys would refuse; checked at the end."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.dbapi_connection
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


def _take_lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def _check_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise LuwteError(
            "The migration left rows that point nowhere, so nothing was changed: this is a fault in a migration."
        )


def _run_source(
    connection: Connection,
    source: MigrationSource,
    sources: Sequence[MigrationSource],
    way: tuple[str | None, str | None],
    app_role: str | None,
) -> list[str]:
    """`way`: the script that ran last, and the one to stop at (None: run nothing)."""
    (done, goal), scripts = way, source.scripts()
    if done is not None and done not in scripts:
        raise LuwteError(
            f"The database was made by a newer {source.name} (it is at {done}): install that version, or restore a "
            "backup."
        )
    waiting = scripts[scripts.index(done) + 1 if done else 0 : scripts.index(goal) + 1 if goal else 0]
    if waiting:
        straight = _straight(source, scripts)
        _upgrade(connection, source, straight, waiting[-1], partial(_is_owner, source, sources), app_role)
    return [f"{source.name}: {name}" for name in waiting]


def _is_owner(source: MigrationSource, sources: Sequence[MigrationSource], table: str) -> bool:
    return owner_of(table, sources) == source


def _straight(source: MigrationSource, scripts: Sequence[str]) -> ScriptDirectory:
    """Load the scripts and see that they form one line in the order of their names."""
    directory = ScriptDirectory(str(source.folder), version_locations=[str(source.folder / "versions")])
    before: str | None = None
    for name in scripts:
        script: Script | None = directory.get_revision(name)
        if script is None or script.down_revision != before:
            raise LuwteError(
                f"The migration {name} of {source.name} must have down_revision {before!r}: mend its head."
            )
        before = name
    return directory


def _upgrade(
    connection: Connection,
    source: MigrationSource,
    directory: ScriptDirectory,
    goal: str,
    owns: Any,
    app_role: str | None,
) -> None:
    def steps(revision: Any, _context: Any) -> Any:
        return directory._upgrade_revs(goal, revision)

    with EnvironmentContext(Config(), directory, fn=steps) as environment:
        environment.configure(
            connection=connection,
            target_metadata=MetaData(naming_convention=NAMING_CONVENTION),
            version_table=source.version_table,
            transactional_ddl=True,
            render_as_batch=True,
            owns=owns,
            app_role=app_role,
        )
        environment.run_migrations()


def _grant_reading(
    connection: Connection, sources: Sequence[MigrationSource], granted: Collection[str], app_role: str
) -> None:
    role = quote(connection, app_role)
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {quote(connection, _schema(connection))} TO {role}")
    for source in sources:
        if source.scripts() and source.name in granted:
            connection.exec_driver_sql(f"GRANT SELECT ON {source.version_table} TO {role}")


def _schema(connection: Connection) -> str:
    return str(connection.exec_driver_sql("SELECT current_schema()").scalar_one())
