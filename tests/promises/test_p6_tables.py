"""P6 in each table of the core and of every plugin: rows are not seen, not pointed at and not met across organisations.

And each line of defence of each table counts: with one taken away, one of the checks tells.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, ForeignKeyConstraint, Table, UniqueConstraint, func, select, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from core.database.base import Base, TenantModel
from core.database.scope import unguarded
from core.tenancy.session import tenant_session
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.rows import columns_of, tenant_models
from tests.core.database.test_defences import without_filter, without_guard
from tests.promises.isolation import A, B, Network, open_network

pytestmark = pytest.mark.promise_p6
POSTGRESQL = pytest.mark.parametrize("database_kind", ["postgresql"])


@pytest.fixture
def network(database: Database, tmp_path: Path, clock: FixedClock) -> Iterator[Network]:
    with open_network(database, tmp_path, clock) as opened:
        yield opened


@pytest.fixture
def spoiled(fresh_database: Database, tmp_path: Path, clock: FixedClock) -> Iterator[Network]:
    """A network on a database whose schema may be spoiled."""
    with open_network(fresh_database, tmp_path, clock) as opened:
        yield opened


def in_order(network: Network) -> list[tuple[Table, type[TenantModel]]]:
    """Every tenant table with its model, parents first."""
    models = tenant_models(network.installation.engine)
    return [(table, models[table.name]) for table in Base.metadata.sorted_tables if table.name in models]


def rows_of(network: Network, slug: str, model: type[TenantModel]) -> list[TenantModel]:
    """All rows of an organisation in a table, as its own session sees them."""
    with tenant_session(network.installation.engine, network.tenant(slug).id, writes=False) as session:
        return list(session.scalars(select(model)).unique())


def test_no_row_is_seen_pointed_at_or_met_across_organisations(
    network: Network, promise_report: Callable[[str], None]
) -> None:
    empty = [table.name for table, model in in_order(network) for slug in (A, B) if not rows_of(network, slug, model)]
    assert not empty, f"no example stores a row in {empty}: add a factory to EXAMPLES in examples.py"
    assert sight_faults(network) == []
    assert tie_faults(network) == []
    assert clash_faults(network) == []
    if network.installation.engine.dialect.name == "postgresql":
        assert policy_faults(network) == []
    keys = sum(len(foreign_keys(table)) for table, _ in in_order(network))
    promise_report(
        f"{len(in_order(network))} tables with {keys} foreign keys on {network.installation.engine.dialect.name}: "
        "0 foreign rows seen, pointed at or met"
    )


def sight_faults(network: Network) -> list[str]:
    """A line for each table in which `a` sees a row of `b` by its session."""
    faults = []
    for table, model in in_order(network):
        strange = {row.id for row in rows_of(network, B, model)}
        with tenant_session(network.installation.engine, network.tenant(A).id) as session:
            seen = {row.id for row in session.scalars(select(model)).unique()}
            found = [row_id for row_id in strange if session.find(model, row_id) is not None]
            counted = session.scalar(select(func.count()).select_from(model).where(model.id.in_(strange)))
        if seen & strange or found or counted:
            faults.append(f"{table.name}: sees rows of {B}")
    return faults


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_without_guard_and_filter_each_table_is_seen(network: Network) -> None:
    with without_filter(), without_guard(network.guarded_engine):
        found = [fault.split(":")[0] for fault in sight_faults(network)]
    assert found == [table.name for table, _ in in_order(network)]


def policy_faults(network: Network) -> list[str]:
    """A line for each table in which PostgreSQL itself gives, changes or takes a foreign row, whatever SQL is sent."""
    a, b = (str(network.tenant(slug).id) for slug in (A, B))
    faults = []
    with unguarded(network.installation.engine).connect() as connection:
        for table, model in in_order(network):
            place = f"tenant_id = '{b}' AND id = '{rows_of(network, B, model)[0].id}'"
            others = ", ".join(column.name for column in table.columns if column.name != "tenant_id")
            statements = {
                "shows": f"SELECT 1 FROM {table.name} WHERE {place}",
                "changes": f"UPDATE {table.name} SET id = id WHERE {place}",
                "deletes": f"DELETE FROM {table.name} WHERE {place}",
                "takes": f"INSERT INTO {table.name} (tenant_id, {others}) "
                f"SELECT '{b}', {others} FROM {table.name} WHERE tenant_id = '{a}'",
            }
            faults += [
                f"{table.name}: {kind} a row of {B} for {tenant or 'nobody'}"
                for kind, statement in statements.items()
                for tenant in (a, "")
                if _reached(connection, tenant, statement)
            ]
    return faults


def _reached(connection: Connection, tenant: str, statement: str) -> bool:
    """Whether a statement gets at rows, as the application's role speaking for an organisation. It is undone."""
    transaction = connection.begin()
    try:
        connection.exec_driver_sql("SELECT set_config('luwte.tenant', %s, true)", (tenant,))
        return connection.exec_driver_sql(statement).rowcount > 0
    except ProgrammingError as error:
        # Refused by the policy; or the role may not do this to any row of the table.
        return not isinstance(error.orig, InsufficientPrivilege)
    except IntegrityError:
        return True  # another defence refused it, after this one did not
    finally:
        transaction.rollback()


def foreign_keys(table: Table) -> list[ForeignKeyConstraint]:
    """The table's ties to other tables."""
    return sorted(table.foreign_key_constraints, key=lambda key: str(key.name))


def tie_faults(network: Network) -> list[str]:
    """A line for each foreign key by which a row of `a` can point at a row of `b`."""
    faults = []
    models = tenant_models(network.installation.engine)
    for table, model in in_order(network):
        for key in foreign_keys(table):
            (column,) = [name for name in key.column_keys if name != "tenant_id"]
            own, strange = rows_of(network, A, model)[0], rows_of(network, B, models[key.referred_table.name])[0]
            with tenant_session(network.installation.engine, network.tenant(A).id) as session:
                try:
                    session.execute(update(model).where(model.id == own.id).values({column: strange.id}))
                    faults.append(f"{table.name}: {column} points at a row of {B}")
                except IntegrityError:
                    pass
                session.rollback()
    return faults


def clash_faults(network: Network) -> list[str]:
    """A line for each table in which `a` cannot have what `b` has: the clash would tell that `b` has it."""
    faults = []
    with tenant_session(network.installation.engine, network.tenant(A).id) as session:
        for table, model in in_order(network):
            for row in rows_of(network, B, model):
                values = {name: value for name, value in columns_of(row).items() if name != "tenant_id"}
                try:
                    with session.begin_nested():
                        session.add(model(**values))
                except IntegrityError:
                    faults.append(f"{table.name}: a row as one of {B} clashes")
        session.rollback()
    return faults


def spoil(database: Database, statement: str) -> None:
    """Changes the schema as its owner."""
    with unguarded(database.owner).begin() as connection:
        connection.exec_driver_sql(statement)


@POSTGRESQL
def test_each_policy_that_is_taken_away_is_missed(spoiled: Network, fresh_database: Database) -> None:
    for table, _ in in_order(spoiled):
        spoil(fresh_database, f"ALTER TABLE {table.name} DISABLE ROW LEVEL SECURITY")
        found = {fault.split(":")[0] for fault in policy_faults(spoiled)}
        spoil(fresh_database, f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY")
        assert found == {table.name}


@POSTGRESQL
def test_each_foreign_key_that_is_taken_away_is_missed(spoiled: Network, fresh_database: Database) -> None:
    for table, _ in in_order(spoiled):
        for key in foreign_keys(table):
            spoil(fresh_database, f"ALTER TABLE {table.name} DROP CONSTRAINT {_name(key)}")
            found = tie_faults(spoiled)
            columns, parent = ", ".join(key.column_keys), key.referred_table.name
            back = f"ADD CONSTRAINT {_name(key)} FOREIGN KEY ({columns}) REFERENCES {parent} (tenant_id, id)"
            spoil(fresh_database, f"ALTER TABLE {table.name} {back}")
            assert len(found) == 1
            assert found[0].startswith(table.name)


def _name(key: ForeignKeyConstraint) -> str:
    return str(key.name)


def test_each_key_without_its_organisation_is_missed(spoiled: Network, fresh_database: Database) -> None:
    for table, _ in in_order(spoiled):
        for columns in _keys(table):
            index = f"narrow_{table.name}"
            spoil(fresh_database, f"CREATE UNIQUE INDEX {index} ON {table.name} ({', '.join(columns)})")
            found = clash_faults(spoiled)
            spoil(fresh_database, f"DROP INDEX {index}")
            assert found, f"{table.name}: nobody misses tenant_id in the key of {columns}"
            assert found[0].startswith(table.name)


def _keys(table: Table) -> list[list[str]]:
    """The columns of the primary key and of each unique constraint and index, without tenant_id."""
    unique = [list(one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)]
    indexes = [list(index.columns) for index in table.indexes if index.unique]
    keys = [list(table.primary_key.columns), *unique, *indexes]
    return [[column.name for column in columns if column.name != "tenant_id"] for columns in keys]
