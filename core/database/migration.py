"""Migrations: each package (the core, every plugin) has a straight history and a version table of its own.

This module is fast when nothing is to be done: it compares names of files with one row per package. Alembic is loaded
only when there is work.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine

from core.database.scope import unguarded
from core.errors import LuwteError

VERSION_TABLE_PREFIX = "luwte_version_"
_SCRIPT = re.compile(r"\d{4}_[a-z0-9_]+")
_LONGEST_REVISION = 32
_PACKAGE_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class MigrationSource:
    """One package's migrations.

    `name` names its version table; `folder` holds `versions/`; `prefix` begins its tables' names ("chat_"). The core's
    prefix is empty: it owns what no plugin owns.
    """

    name: str
    folder: Path
    prefix: str = ""

    @property
    def version_table(self) -> str:
        """The table that holds the name of the last script that ran."""
        return VERSION_TABLE_PREFIX + self.name

    def scripts(self) -> list[str]:
        """Return the names of the scripts in their order. Raises LuwteError for a name that breaks the rule."""
        names = sorted(path.stem for path in (self.folder / "versions").glob("[!_]*.py"))
        for name in names:
            if not _SCRIPT.fullmatch(name) or len(name) > _LONGEST_REVISION:
                raise LuwteError(
                    f"The migration {name}.py of {self.name} must be named <nnnn>_<what>.py with at most "
                    f"{_LONGEST_REVISION} characters: rename it."
                )
        return names

    def head(self) -> str | None:
        """Return the name of the last script, None when there is none."""
        names = self.scripts()
        return names[-1] if names else None


def core_source() -> MigrationSource:
    """Return the core's own migrations."""
    return MigrationSource("core", Path(__file__).parent / "migrations")


def plugin_source(name: str, folder: Path) -> MigrationSource:
    """Return a plugin's migrations: `folder` is its `migrations/`, its tables begin with `<name>_`."""
    return MigrationSource(name, folder, f"{name}_")


def owner_of(table: str, sources: Sequence[MigrationSource]) -> MigrationSource | None:
    """Return the source that a table belongs to: the one with the longest fitting prefix."""
    fitting = [source for source in sources if table.startswith(source.prefix)]
    return max(fitting, key=lambda source: len(source.prefix), default=None)


def is_current(engine: Engine, sources: Sequence[MigrationSource]) -> bool:
    """Return whether every package's last script has run. Works with the owner's engine and with the app's."""
    with unguarded(engine, writes=False).connect() as connection:
        found = versions(connection, sources)
    return all(source.head() == found.get(source.name) for source in sources)


def versions(connection: Connection, sources: Sequence[MigrationSource]) -> dict[str, str]:
    """Return per package the name of the last script that ran; packages that never ran are absent."""
    tables = _version_tables(connection)
    found = {}
    for source in sources:
        if not _PACKAGE_NAME.fullmatch(source.name):
            raise LuwteError(
                f"A package with migrations cannot be named {source.name!r}: use small letters, digits and _."
            )
        if source.version_table in tables:
            row = connection.exec_driver_sql(f"SELECT version_num FROM {source.version_table}").first()  # noqa: S608
            if row:
                found[source.name] = str(row[0])
    return found


def _version_tables(connection: Connection) -> set[str]:
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
    else:
        query = "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()"
    return {name for (name,) in connection.exec_driver_sql(query) if name.startswith(VERSION_TABLE_PREFIX)}


def migrate(
    owner_engine: Engine,
    sources: Sequence[MigrationSource],
    app_role: str | None = None,
    until: Mapping[str, str] | None = None,
) -> list[str]:
    """Bring the database up to date, all packages in one transaction; return the names of the scripts that ran.

    On PostgreSQL `app_role` is the role of the application, which gets no more than it needs; it must exist. Raises
    LuwteError when that role could get past row-level security, when another program holds a lock for too long, or when
    a script fails. `until`: only to these scripts, package by package, and nothing of other packages.
    """
    if until is None and is_current(owner_engine, sources):
        return []
    from core.database.migration_runner import run  # Alembic takes longer to load than a whole start may last

    return run(owner_engine, sources, app_role, until)
