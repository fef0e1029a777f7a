"""The database as migrated: what the models say, with keys and policies that keep organisations apart."""

import pytest
from sqlalchemy import Connection, MetaData, inspect

from core.database.base import NETWORK_TABLES
from core.database.inspection import differences, isolation_faults
from core.database.migration import VERSION_TABLE_PREFIX, MigrationSource, owner_of
from core.database.scope import unguarded
from core.testing.database import Database
from core.testing.databases import all_sources, load_models

SOURCES = all_sources()


@pytest.fixture(autouse=True, scope="module")
def _every_model() -> None:
    load_models()


def tenant_tables(connection: Connection) -> list[str]:
    names = inspect(connection).get_table_names()
    return [name for name in names if name not in NETWORK_TABLES and not name.startswith(VERSION_TABLE_PREFIX)]


@pytest.mark.promise_p6
def test_migrations_keep_organisations_apart(database: Database) -> None:
    assert isolation_faults(database.owner) == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_models_and_migrations_agree(database: Database, source: MigrationSource) -> None:
    assert differences(database.owner, source, SOURCES) == []


def test_network_wide_tables_are_exactly_the_reviewed_ones(database: Database) -> None:
    with unguarded(database.owner).connect() as connection:
        names = set(inspect(connection).get_table_names())
    assert names >= NETWORK_TABLES


BREAKS = {
    "policy dropped": "DROP POLICY own_tenant ON {table}",
    "second policy": "CREATE POLICY open ON {table} USING (true)",
    "policy that reads all": "ALTER POLICY own_tenant ON {table} USING (true)",
    "policy that writes all": "ALTER POLICY own_tenant ON {table} WITH CHECK (true)",
    "security off": "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "security not forced": "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
    "view": "CREATE VIEW {table}_view AS SELECT * FROM {table}",
    "unique without tenant_id": "CREATE UNIQUE INDEX bad ON {table} (id)",
    "primary key of id alone": "ALTER TABLE {table} DROP CONSTRAINT pk_{table} CASCADE, ADD PRIMARY KEY (id)",
    "foreign key of id alone": (
        "ALTER TABLE {table} ADD other uuid, ADD UNIQUE (id), ADD FOREIGN KEY (other) REFERENCES {table} (id)"
    ),
}


@pytest.mark.promise_p6
@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize("change", BREAKS)
def test_each_broken_defence_of_each_table_is_found(database: Database, change: str) -> None:
    with unguarded(database.owner).connect() as connection:
        tables = tenant_tables(connection)
        assert tables
        for table in tables:
            with connection.begin_nested() as savepoint:
                connection.exec_driver_sql(BREAKS[change].format(table=table))
                assert any(fault.startswith(table) for fault in isolation_faults(connection)), table
                savepoint.rollback()


@pytest.mark.promise_p6
@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_each_key_that_is_taken_away_is_missed(database: Database) -> None:
    tried = 0
    with unguarded(database.owner).connect() as connection:
        for table in tenant_tables(connection):
            for name in _keys(connection, table):
                with connection.begin_nested() as savepoint:
                    connection.exec_driver_sql(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}" CASCADE')
                    missed = isolation_faults(connection)
                    owner = owner_of(table, SOURCES)
                    assert owner is not None
                    missed = missed or differences(connection, owner, SOURCES)
                    assert missed, f"{table}: nobody misses {name}"
                    savepoint.rollback()
                tried += 1
    assert tried >= 3


def _keys(connection: Connection, table: str) -> list[str]:
    metadata = MetaData()
    metadata.reflect(connection, only=[table], resolve_fks=False)
    kinds = ("primary_key_constraint", "foreign_key_constraint", "unique_constraint")
    return [
        str(constraint.name) for constraint in metadata.tables[table].constraints if constraint.__visit_name__ in kinds
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE bad (id CHAR(32) PRIMARY KEY, tenant_id CHAR(32))",
        "CREATE TABLE bad (tenant_id CHAR(32), id CHAR(32), name TEXT, PRIMARY KEY (tenant_id, id), UNIQUE (name))",
        "CREATE TABLE bad (tenant_id CHAR(32), id CHAR(32), PRIMARY KEY (id, tenant_id))",
        (
            "CREATE TABLE bad (tenant_id CHAR(32), id CHAR(32), other CHAR(32), PRIMARY KEY (tenant_id, id), "
            "FOREIGN KEY (other) REFERENCES tenant (id))"
        ),
        (
            "CREATE TABLE bad (tenant_id CHAR(32), id CHAR(32), other CHAR(32), PRIMARY KEY (tenant_id, id), "
            "FOREIGN KEY (tenant_id, other) REFERENCES example_owner (tenant_id, id) ON DELETE SET NULL)"
        ),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_table_that_could_mix_organisations_is_found_on_sqlite(fresh_database: Database, statement: str) -> None:
    with unguarded(fresh_database.owner).begin() as connection:
        connection.exec_driver_sql(statement)
    assert [fault for fault in isolation_faults(fresh_database.owner) if fault.startswith("bad ")]
