"""Fixtures for tests that need a database: each runs on SQLite and on PostgreSQL, as the application's role.

Load it with `pytest_plugins = ["core.testing.databases"]` in the conftest.py at the root. `database` is empty and
migrated for each test, all installed plugins' tables included; `fresh_database` may be spoiled (schema, policies), it
is made for one test.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import core
from core.configuration import Configuration
from core.database.migration import MigrationSource, core_source, plugin_source
from core.plugin_host.discovery import find_plugins
from core.plugin_host.host import PluginHost
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.organisations import TwoTenants, two_tenants
from core.testing.postgresql import PostgresServer, why_absent
from core.testing.sqlite import make_template, open_copy

KINDS = ("sqlite", "postgresql")


def all_sources() -> tuple[MigrationSource, ...]:
    """Return the histories of the core, of every installed plugin, and of the example tables of this package."""
    example = plugin_source("example", Path(__file__).parent / "migrations")
    plugins = (plugin_source(card.name, card.folder / "migrations") for card in find_plugins())
    return (core_source(), *plugins, example)


def load_models() -> None:
    """Load every model of the core and of all installed plugins, so that models and tables can be compared."""
    for path in Path(core.__path__[0]).glob("*/models.py"):
        import_module(f"core.{path.parent.name}.models")
    PluginHost(find_plugins())


@pytest.fixture(scope="session")
def migration_sources() -> tuple[MigrationSource, ...]:
    """All histories that the databases for tests have."""
    return all_sources()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, migration_sources: tuple[MigrationSource, ...]) -> Path:
    """A migrated SQLite file, to be copied."""
    return make_template(tmp_path_factory.mktemp("sqlite"), migration_sources)


@pytest.fixture(scope="session")
def postgres_server(migration_sources: tuple[MigrationSource, ...]) -> Iterator[PostgresServer]:
    """PostgreSQL with roles and a template of this run's own; skips, saying how to get it, where none answers."""
    reason = why_absent()
    if reason:
        pytest.skip(reason)
    server = PostgresServer(migration_sources)
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgres_database(postgres_server: PostgresServer) -> Database:
    """The one database that all ordinary tests on PostgreSQL share; emptied after each."""
    return postgres_server.make()


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database that this run of the test is about."""
    return str(request.param)


@pytest.fixture
def database(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database. The test runs once on SQLite and once on PostgreSQL."""
    if database_kind == "sqlite":
        opened = open_copy(request.getfixturevalue("sqlite_template"), tmp_path / "luwte.db")
        yield opened
        opened.close()
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    shared: Database = request.getfixturevalue("postgres_database")
    yield shared
    # A thread that outlived its test would hold locks: close them, then empty.
    shared.close()
    server.empty(shared)


@pytest.fixture
def fresh_database(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of this test's own, whose schema it may spoil."""
    if database_kind == "sqlite":
        opened = open_copy(request.getfixturevalue("sqlite_template"), tmp_path / "fresh.db")
    else:
        opened = request.getfixturevalue("postgres_server").make()
    yield opened
    opened.close()


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands still on a Tuesday afternoon in November."""
    return FixedClock()


@pytest.fixture
def configuration(database: Database, tmp_path: Path) -> Configuration:
    """The settings of an installation on this database, with a home of its own."""
    return Configuration(
        home=tmp_path / "var",
        database=database.url,
        database_owner=database.owner_url,
        tenants_folder=tmp_path / "tenants",
    )


@pytest.fixture
def tenants(database: Database, configuration: Configuration, clock: FixedClock) -> TwoTenants:
    """Two live organisations, `a` and `b`, without plugins."""
    return two_tenants(database.engine, configuration, clock)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once what was left out, and how to get it: in the process that reports, whichever process ran the tests."""
    skipped = [report.longrepr for report in terminalreporter.stats.get("skipped", [])]
    for reason in sorted({it[2].removeprefix("Skipped: ") for it in skipped if isinstance(it, tuple)}):
        terminalreporter.write_line(reason)
