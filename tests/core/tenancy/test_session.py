"""Sessions joined to a transaction manager, work over many organisations, and the doors that are shut."""

from uuid import uuid4

import pytest
import transaction
from sqlalchemy import insert, select, update

from core.database.guard import IsolationError
from core.tenancy.keys import tenant_key
from core.tenancy.session import TenantSession, each_tenant, joined_session, network_session, tenant_session
from core.testing.database import Database
from core.testing.example_models import ExampleOwner
from core.testing.organisations import TwoTenants


def names(database: Database, tenants: TwoTenants) -> list[str]:
    with tenant_session(database.engine, tenants.a.id, writes=False) as session:
        return sorted(session.scalars(select(ExampleOwner.name)))


def manager() -> transaction.TransactionManager:
    made = transaction.TransactionManager(explicit=True)
    made.begin()
    return made


@pytest.mark.parametrize("writes", [True, False])
def test_joined_session_commits_with_its_manager(database: Database, tenants: TwoTenants, writes: bool) -> None:
    tm = manager()
    session = joined_session(database.engine, tenants.a.id, tm, writes=writes)
    session.add(ExampleOwner(name="object"))
    session.flush()
    # A write that no object tells of: it would be lost if the session did not begin as changed.
    session.execute(insert(ExampleOwner).values(tenant_id=tenants.a.id, id=uuid4(), name="statement"))
    tm.commit()
    assert names(database, tenants) == ["object", "statement"]


def test_statement_alone_is_committed_too(database: Database, tenants: TwoTenants) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        session.add(ExampleOwner(name="before"))
    tm = manager()
    joined_session(database.engine, tenants.a.id, tm).execute(update(ExampleOwner).values(name="after"))
    tm.commit()
    assert names(database, tenants) == ["after"]


def test_joined_session_rolls_back_with_its_manager(database: Database, tenants: TwoTenants) -> None:
    tm = manager()
    session = joined_session(database.engine, tenants.a.id, tm)
    session.add(ExampleOwner(name="never"))
    session.flush()
    tm.abort()
    assert names(database, tenants) == []


def test_failed_flush_aborts_everything(database: Database, tenants: TwoTenants) -> None:
    tm = manager()
    session = joined_session(database.engine, tenants.a.id, tm)
    session.add(ExampleOwner(name="x"))
    session.add(ExampleOwner(name="x"))
    with pytest.raises(Exception, match=r"(?i)unique"):
        tm.commit()
    tm.abort()
    assert names(database, tenants) == []


@pytest.mark.promise_p6
@pytest.mark.parametrize(
    "door", ["connection", "get_bind", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"]
)
def test_doors_round_the_guard_are_shut(database: Database, tenants: TwoTenants, door: str) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, pytest.raises(IsolationError, match=door):
        getattr(session, door)()
    with network_session(database.engine, "test") as network, pytest.raises(IsolationError, match=door):
        getattr(network, door)()


def test_tenant_id_cannot_be_set(database: Database, tenants: TwoTenants) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, pytest.raises(AttributeError):
        session.tenant_id = tenants.b.id  # type: ignore[misc]


@pytest.mark.promise_p6
def test_object_of_one_session_cannot_be_added_to_another(database: Database, tenants: TwoTenants) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        owner = ExampleOwner(name="of a")
        session.add(owner)
    with tenant_session(database.engine, tenants.b.id) as session, pytest.raises(IsolationError, match="another"):
        session.add(owner)


def test_find_answers_a_strangers_id_as_one_that_never_was(database: Database, tenants: TwoTenants) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        owner = ExampleOwner(name="of a")
        session.add(owner)
    for tenant, expected in ((tenants.a, "of a"), (tenants.b, None)):
        with tenant_session(database.engine, tenant.id) as session:
            found = session.find(ExampleOwner, owner.id)
            assert (found.name if found else None) == expected
            assert session.find(ExampleOwner, uuid4()) is None


def test_work_over_many_organisations_is_recorded_in_each(database: Database, tenants: TwoTenants) -> None:
    def record(session: TenantSession, purpose: str) -> None:
        session.add(ExampleOwner(name=f"record of {purpose}"))

    for session in each_tenant(database.engine, [tenants.a.id, tenants.b.id], "counting", record):
        session.add(ExampleOwner(name="work"))
    for tenant in (tenants.a, tenants.b):
        with tenant_session(database.engine, tenant.id) as session:
            assert sorted(session.scalars(select(ExampleOwner.name))) == ["record of counting", "work"]


def test_keys_of_two_organisations_never_meet(tenants: TwoTenants) -> None:
    assert tenant_key(tenants.a.id, "queue") != tenant_key(tenants.b.id, "queue")
    assert tenant_key(tenants.a.id, "queue").startswith(tenants.a.id.hex)
