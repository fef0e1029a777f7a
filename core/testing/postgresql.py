"""PostgreSQL databases for tests: own names and roles per run, so that runs never meet; dropped at the end."""

import os
from collections.abc import Iterator, Sequence
from typing import LiteralString
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from core.database.engine import make_engine
from core.database.migration import MigrationSource, migrate
from core.testing.database import Database

DEFAULT_URL = "postgresql://postgres@127.0.0.1:5432/postgres"
VARIABLE = "LUWTE_TEST_POSTGRES"
_NAME = "luwte_testing_"
_MARK_LENGTH = 12


def server_url() -> str:
    """Return the address of the server for tests, as a superuser."""
    return os.environ.get(VARIABLE, DEFAULT_URL)


def why_absent() -> str | None:
    """Return None when the server answers, and otherwise one line that says what is left out and how to get it."""
    try:
        psycopg.connect(server_url(), connect_timeout=3).close()
    except psycopg.OperationalError:
        place = make_url(server_url())
        return (
            f"PostgreSQL tests are left out: nothing answers at {place.host}:{place.port}. Start PostgreSQL there, or "
            f"set {VARIABLE} to an address such as postgresql://postgres@127.0.0.1:5432/postgres."
        )
    return None


class PostgresServer:
    """The server, with two roles and a migrated template of this run's own."""

    def __init__(self, sources: Sequence[MigrationSource]) -> None:
        """Make roles and template. Raises psycopg.Error when the server does not let us."""
        mark = uuid4().hex[:_MARK_LENGTH]
        self._owner, self._app = f"{_NAME}owner_{mark}", f"{_NAME}app_{mark}"
        self._template = f"{_NAME}{mark}"
        self._made: list[str] = []
        self._sources = sources
        self._open: list[Database] = []
        self._admin = psycopg.connect(server_url(), autocommit=True)
        try:
            # Held as long as this run lives: whose mark is not locked was killed, and cannot clean up any more.
            self._admin.execute("SELECT pg_advisory_lock(hashtext(%s))", (mark,))
            self._sweep()
            self._run(f"CREATE ROLE {self._owner} LOGIN")
            self._run(f"CREATE ROLE {self._app} LOGIN")
            self._make_template()
        except BaseException:
            self.close()
            raise

    def _sweep(self) -> None:
        """Drop what runs that were killed have left behind."""
        found = self._admin.execute(
            "SELECT datname, true FROM pg_database WHERE datname ~ %(name)s "
            "UNION ALL SELECT rolname, false FROM pg_roles WHERE rolname ~ %(name)s ORDER BY 2 DESC, 1 DESC",
            {"name": f"^{_NAME}((owner|app)_)?[0-9a-f]{{12}}(_[0-9]+)?$"},
        ).fetchall()
        for name, is_database in found:
            mark = next(part for part in name.removeprefix(_NAME).split("_") if len(part) == _MARK_LENGTH)
            lock = self._admin.execute("SELECT pg_try_advisory_lock(hashtext(%s))", (mark,)).fetchone()
            if lock == (True,) and mark not in self._template:
                self._run(f"DROP {'DATABASE' if is_database else 'ROLE'} IF EXISTS {name}")

    def _make_template(self) -> None:
        self._create(self._template, f"OWNER {self._owner}")
        owner = make_engine(self._url(self._template, self._owner))
        try:
            migrate(owner, self._sources, self._app)
        finally:
            owner.dispose()

    def make(self) -> Database:
        """Make a fresh database from the template."""
        name = f"{self._template}_{len(self._made)}"
        self._create(name, f"OWNER {self._owner} TEMPLATE {self._template}")
        app, owner = self._url(name, self._app), self._url(name, self._owner)
        database = Database("postgresql", make_engine(app), make_engine(owner), app, owner)
        self._open.append(database)
        return database

    def empty(self, database: Database) -> None:
        """Delete every row of a database, as quickly as PostgreSQL can for few rows."""
        name = str(database.engine.url.database)
        with psycopg.connect(self._admin_url(name)) as connection:
            tables = connection.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
                "AND relname NOT LIKE 'luwte_version_%' AND relname <> 'revision'"
            ).fetchall()
            # As a replica no foreign key is checked, so that the order does not matter.
            connection.execute("SET LOCAL session_replication_role = replica")
            for (table,) in tables:
                connection.execute(f'DELETE FROM "{table}"')
            connection.execute("UPDATE revision SET number = 1")

    def close(self) -> None:
        """Drop everything that was made."""
        for database in self._open:
            database.close()
        for name in reversed(self._made):
            self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        for role in (self._app, self._owner):
            self._run(f"DROP ROLE IF EXISTS {role}")
        self._admin.close()

    def _create(self, name: str, options: str) -> None:
        self._run(f"CREATE DATABASE {name} {options}")
        self._made.append(name)

    def _run(self, statement: str) -> None:
        self._admin.execute(statement)

    def _url(self, database: str, role: str) -> str:
        place = make_url(server_url())
        return place.set(username=role, password=None, database=database).render_as_string(hide_password=False)

    def _admin_url(self, database: str) -> str:
        return make_url(server_url()).set(database=database).render_as_string(hide_password=False)


class PostgresFiles:
    """The files of one database as the server's own disk holds them, and the log since this was made."""

    def __init__(self, database: str) -> None:
        """Looks as a superuser. Raises psycopg.Error when the server does not let us."""
        address = make_url(server_url()).set(database=database)
        self._connection = psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)
        self._first = self._text("SELECT pg_walfile_name(pg_current_wal_lsn())")

    def read(self) -> Iterator[tuple[str, bytes]]:
        """Every file of the database, with what was only in memory written out, and every part of the log."""
        self._connection.execute("CHECKPOINT")
        folder = self._text("SELECT 'base/' || oid FROM pg_database WHERE datname = current_database()")
        for (name,) in self._connection.execute("SELECT pg_ls_dir(%s)", (folder,)).fetchall():
            yield from self._file(f"{folder}/{name}")
        last = self._text("SELECT pg_walfile_name(pg_current_wal_lsn())")
        for (name,) in self._connection.execute("SELECT name FROM pg_ls_waldir() ORDER BY name").fetchall():
            if self._first <= name <= last:
                yield from self._file(f"pg_wal/{name}")

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()

    def _file(self, path: str) -> Iterator[tuple[str, bytes]]:
        row = self._connection.execute("SELECT pg_read_binary_file(%s, 0, 256 << 20, true)", (path,), binary=True)
        found = row.fetchone()
        if found is not None and found[0]:
            yield path, bytes(found[0])

    def _text(self, query: LiteralString) -> str:
        row = self._connection.execute(query).fetchone()
        assert row is not None
        return str(row[0])
