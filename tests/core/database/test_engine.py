"""Engines: pragmas, beginnings, and the organisation that PostgreSQL is told."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from core.database.engine import make_engine
from core.database.scope import unguarded
from core.errors import LuwteError
from core.tenancy.models import TenantRow
from core.tenancy.session import NetworkSession, tenant_session
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.example_models import ExampleOwner, ExamplePet
from core.testing.organisations import TwoTenants

sqlite_only = pytest.mark.parametrize("database_kind", ["sqlite"])
postgresql_only = pytest.mark.parametrize("database_kind", ["postgresql"])


@sqlite_only
@pytest.mark.parametrize("pragma,value", [("journal_mode", "wal"), ("foreign_keys", 1), ("secure_delete", 1)])
def test_sqlite_pragmas_hold_on_every_connection(database: Database, pragma: str, value: object) -> None:
    for _ in range(2):
        with unguarded(database.engine).connect() as connection:
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value
        database.engine.dispose()


@sqlite_only
def test_sqlite_forgets_what_was_deleted(database: Database, tenants: TwoTenants) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        session.add(ExampleOwner(name="canary-4711"))
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        session.delete(session.scalars(select(ExampleOwner)).one())
    database.close()
    assert b"canary-4711" not in Path(str(database.engine.url.database)).read_bytes()


def test_other_databases_are_refused() -> None:
    with pytest.raises(LuwteError, match="SQLite and PostgreSQL"):
        make_engine("mysql://x/y")


def test_a_read_that_turns_into_a_write_does_not_fail(database: Database, tenants: TwoTenants) -> None:
    engine, tenant_id = database.engine, tenants.a.id
    with tenant_session(engine, tenant_id) as session, session.begin():
        session.add(ExampleOwner(name="first"))
    with tenant_session(engine, tenant_id, writes=False) as reader, reader.begin():
        owner = reader.scalars(select(ExampleOwner)).one()
        with tenant_session(engine, tenant_id) as writer, writer.begin():
            writer.add(ExamplePet(name="in between"))
        owner.name = "second"
        reader.flush()
        assert reader.scalar(select(func.count()).select_from(ExamplePet)) == 1
    with tenant_session(engine, tenant_id, writes=False) as session:
        assert session.scalars(select(ExampleOwner.name)).all() == ["second"]


@sqlite_only
def test_a_read_that_locks_or_sets_a_savepoint_becomes_a_write(database: Database, tenants: TwoTenants) -> None:
    for step in ("lock", "savepoint"):
        with tenant_session(database.engine, tenants.a.id, writes=False) as reader, reader.begin():
            reader.scalars(select(ExampleOwner)).all()
            if step == "lock":
                reader.scalars(select(ExampleOwner).with_for_update()).all()
            else:
                reader.begin_nested()
                reader.scalars(select(ExampleOwner)).all()
            with unguarded(database.engine).connect() as other:
                raw = other.connection.dbapi_connection
                raw.execute("PRAGMA busy_timeout = 0")  # type: ignore[union-attr]
                with pytest.raises(Exception, match="locked"):
                    raw.execute("BEGIN IMMEDIATE")  # type: ignore[union-attr]
                other.invalidate()


@sqlite_only
def test_readers_wait_for_nobody(database: Database, tenants: TwoTenants) -> None:
    with tenant_session(database.engine, tenants.a.id) as writer, writer.begin():
        writer.add(ExampleOwner(name="being written"))
        writer.flush()
        with tenant_session(database.engine, tenants.a.id, writes=False) as reader:
            assert reader.scalars(select(ExampleOwner)).all() == []


def test_two_writers_both_succeed(database: Database, tenants: TwoTenants) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        session.add(ExampleOwner(name="0"))

    def count() -> None:
        for _ in range(5):
            with tenant_session(database.engine, tenants.a.id) as session, session.begin():
                owner = session.scalars(select(ExampleOwner).with_for_update()).one()
                owner.name = str(int(owner.name) + 1)

    threads = [threading.Thread(target=count) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with tenant_session(database.engine, tenants.a.id) as session:
        assert session.scalars(select(ExampleOwner.name)).one() == "15"


@postgresql_only
def test_organisation_does_not_survive_its_transaction(database: Database, tenants: TwoTenants) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        session.add(ExampleOwner(name="x"))
    with unguarded(database.engine).connect() as connection:
        assert connection.exec_driver_sql("SELECT current_setting('luwte.tenant', true)").scalar_one() in (None, "")
        assert connection.exec_driver_sql("SELECT count(*) FROM example_owner").scalar_one() == 0


@postgresql_only
def test_app_role_may_not_change_the_schema_or_the_policies(database: Database) -> None:
    for statement in (
        "CREATE TABLE mine (id int)",
        "ALTER TABLE example_owner DISABLE ROW LEVEL SECURITY",
        "DROP POLICY own_tenant ON example_owner",
        "TRUNCATE example_owner",
        "SET ROLE postgres",
        "SET session_replication_role = replica",
        "DELETE FROM revision",
        "UPDATE luwte_version_core SET version_num = 'x'",
    ):
        with (
            unguarded(database.engine).connect() as connection,
            pytest.raises(Exception, match=r"must be owner|denied"),
        ):
            connection.exec_driver_sql(statement)


def test_tenant_session_does_not_write_network_tables(database: Database, tenants: TwoTenants) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, pytest.raises(LuwteError, match="whole network"):
        session.execute(update(TenantRow).values(slug="taken"))


def test_tenant_session_reads_network_tables(database: Database, tenants: TwoTenants) -> None:
    with tenant_session(database.engine, tenants.a.id, writes=False) as session:
        assert session.scalars(select(TenantRow.slug).order_by(TenantRow.slug)).all() == ["a", "b"]


def test_network_session_touches_no_tenant_table(database: Database) -> None:
    with NetworkSession(database.engine, "test") as session, pytest.raises(LuwteError, match="needs a tenant session"):
        session.scalars(select(ExampleOwner)).all()


def test_values_never_show_in_errors(database: Database, tenants: TwoTenants) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, pytest.raises(IntegrityError) as caught:
        session.execute(
            insert(ExampleOwner),
            [{"tenant_id": tenants.a.id, "id": tenants.a.id, "name": "secret-canary"}] * 2,
        )
    assert "secret-canary" not in str(caught.value).split("DETAIL")[0]


def test_moments_come_back_aware_and_in_utc(database: Database, tenants: TwoTenants, clock: FixedClock) -> None:
    with NetworkSession(database.engine, "test", writes=False) as session:
        found = session.scalars(select(TenantRow.created_at)).first()
    assert found == clock.now
    assert found is not None
    assert found.tzinfo is UTC


def test_naive_moments_are_refused(database: Database) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - that is what is tested
    with (
        NetworkSession(database.engine, "test") as session,
        pytest.raises(StatementError, match="without a time zone"),
    ):
        session.execute(select(TenantRow).where(TenantRow.created_at > naive))


@postgresql_only
def test_a_held_lock_is_given_up_after_a_while(database: Database, tenants: TwoTenants) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        session.add(ExampleOwner(name="held"))
    with tenant_session(database.engine, tenants.a.id) as holder, holder.begin():
        holder.scalars(select(ExampleOwner).with_for_update()).one()
        with unguarded(database.engine).connect() as other:
            other.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
            other.exec_driver_sql("SELECT set_config('luwte.tenant', %s, true)", (str(tenants.a.id),))
            with pytest.raises(OperationalError, match="lock timeout"):
                other.exec_driver_sql("SELECT * FROM example_owner FOR UPDATE")
