"""Each line of defence holds by itself, and where none is left the tests of isolation see the leak."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError

from core.database import guard
from core.database.scope import unguarded
from core.tenancy import session as sessions
from core.tenancy.session import TenantSession, tenant_session
from core.testing.database import Database
from tests.core.database.conftest import Zoo
from tests.core.database.shapes import READS
from tests.core.database.test_isolation import leaks

pytestmark = [pytest.mark.promise_p6, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]

UNUSABLE = {"engine of the session", "raw SQL of the engine"}


@contextmanager
def without_guard(engine: Engine) -> Iterator[None]:
    event.remove(engine, "before_cursor_execute", guard._judge)
    try:
        yield
    finally:
        event.listen(engine, "before_cursor_execute", guard._judge)


@contextmanager
def without_filter() -> Iterator[None]:
    event.remove(TenantSession, "do_orm_execute", sessions._filter)
    try:
        yield
    finally:
        event.listen(TenantSession, "do_orm_execute", sessions._filter)


@contextmanager
def without_policies(database: Database) -> Iterator[None]:
    def all_tables(action: str) -> None:
        with unguarded(database.owner).begin() as connection:
            for table in ("example_owner", "example_pet"):
                connection.exec_driver_sql(f"ALTER TABLE {table} {action} ROW LEVEL SECURITY")

    all_tables("DISABLE")
    try:
        yield
    finally:
        all_tables("ENABLE")


def leaking(zoo: Zoo) -> set[str]:
    found = set()
    for name, shape in READS.items():
        if name in UNUSABLE:
            continue
        with tenant_session(zoo.engine, zoo.a) as session:
            try:
                if leaks(shape(session, zoo), zoo):
                    found.add(name)
            except (guard.IsolationError, DBAPIError):
                pass
    return found


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_without_the_guard_sqlite_leaks_and_the_tests_see_it(zoo: Zoo) -> None:
    with without_guard(zoo.engine):
        assert {"table", "text", "literal column", "subquery of a table", "or over tenant_id"} <= leaking(zoo)
    assert leaking(zoo) == set()


def test_without_the_filter_the_guard_holds(zoo: Zoo) -> None:
    with without_filter():
        assert leaking(zoo) == set()


def test_without_filter_and_guard_plain_selects_leak(zoo: Zoo, database: Database) -> None:
    with without_filter(), without_guard(zoo.engine):
        found = leaking(zoo)
    assert ("entity" in found) == (database.kind == "sqlite")


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_policies_hold_without_the_guard_and_the_guard_without_policies(zoo: Zoo, database: Database) -> None:
    with without_guard(zoo.engine):
        # The one shape that names another organisation to PostgreSQL itself is the guard's to refuse.
        assert leaking(zoo) - {"set_config"} == set()
    with without_policies(database):
        assert leaking(zoo) == set()


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_without_both_postgresql_leaks_and_the_tests_see_it(zoo: Zoo, database: Database) -> None:
    with without_policies(database), without_guard(zoo.engine):
        assert {"table", "text", "literal column", "subquery of a table"} <= leaking(zoo)
