"""A time-out holds for one browser session until its end, and then nothing of it is left; on both databases."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from core.anonymity.models import TimeOut
from core.anonymity.time_outs import Break, forget_time_outs, give_time_out, give_time_out_at_portal, time_out_of
from core.crypto import KeyRing
from core.tenancy.session import TenantSession
from core.tenancy.tenant import Tenant
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.organisations import TwoTenants
from core.testing.sessions import in_transaction

pytestmark = pytest.mark.promise_p2

QUARTER = timedelta(minutes=15)


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    """Secrets of this test's own."""
    return KeyRing(tmp_path / "keys")


class Desk:
    """Gives and asks at one of two organisations."""

    def __init__(self, database: Database, keys: KeyRing, clock: FixedClock) -> None:
        self.database, self.keys, self.clock = database, keys, clock

    def give(self, tenant: UUID, seeker: str, reason: str = "joking", length: timedelta = QUARTER) -> Break:
        given = Break.of(reason, length, self.clock())
        in_transaction(self.database.engine, tenant, lambda session: give_time_out(session, self.keys, seeker, given))
        return given

    def ask(self, tenant: UUID, seeker: str) -> Break | None:
        def work(session: TenantSession) -> Break | None:
            return time_out_of(session, self.keys, seeker, self.clock())

        return in_transaction(self.database.engine, tenant, work)

    def rows(self, tenant: UUID) -> list[TimeOut]:
        return in_transaction(self.database.engine, tenant, lambda session: list(session.scalars(select(TimeOut))))


@pytest.fixture
def desk(database: Database, keys: KeyRing, clock: FixedClock) -> Desk:
    return Desk(database, keys, clock)


def test_one_session_is_refused_until_the_end_and_nobody_else(
    desk: Desk, tenants: TwoTenants, clock: FixedClock
) -> None:
    here, there, anna, other = tenants.a.id, tenants.b.id, uuid4().hex * 2, uuid4().hex * 2
    given = desk.give(here, anna)
    assert desk.ask(here, anna) == given == Break("joking", clock() + QUARTER)
    assert desk.ask(here, other) is None
    assert desk.ask(there, anna) is None, "another organisation knows nothing of it"
    clock.advance(minutes=14, seconds=59)
    assert desk.ask(here, anna) == given
    clock.advance(seconds=1)
    assert desk.ask(here, anna) is None


def test_the_end_is_a_whole_minute_and_a_later_one_takes_the_place_of_an_earlier(
    desk: Desk, tenants: TwoTenants, clock: FixedClock
) -> None:
    clock.advance(seconds=20)
    anna = uuid4().hex * 2
    assert desk.give(tenants.a.id, anna).ends_at == clock() + QUARTER + timedelta(seconds=40)
    given = desk.give(tenants.a.id, anna, "threats", timedelta(hours=1))
    assert [(row.reason, row.ends_at) for row in desk.rows(tenants.a.id)] == [("threats", given.ends_at)]
    with pytest.raises(ValueError, match="one of these reasons"):
        desk.give(tenants.a.id, anna, "he said that he lives at number 7")


def test_the_row_says_nothing_of_the_session_and_goes_at_the_end(
    desk: Desk, tenants: TwoTenants, clock: FixedClock, tmp_path: Path
) -> None:
    anna = uuid4().hex * 2
    desk.give(tenants.a.id, anna)
    (row,) = desk.rows(tenants.a.id)
    assert anna.encode() not in row.session_digest
    assert bytes.fromhex(anna) != row.session_digest
    elsewhere = KeyRing(tmp_path / "stolen")
    assert Desk(desk.database, elsewhere, clock).ask(tenants.a.id, anna) is None, "without the key nobody finds it"

    def forget(session: TenantSession) -> int:
        return forget_time_outs(session, clock())

    assert in_transaction(desk.database.engine, tenants.a.id, forget) == 0
    clock.advance(minutes=15)
    assert in_transaction(desk.database.engine, tenants.a.id, forget) == 1
    assert desk.rows(tenants.a.id) == []


def test_a_time_out_of_a_conversation_by_the_portal_is_kept_under_the_portal(
    desk: Desk, tenants: TwoTenants, clock: FixedClock
) -> None:
    portal, region, anna = _tenant(tenants.a.id, None), _tenant(tenants.b.id, tenants.a.id), uuid4().hex * 2
    engine, given = desk.database.engine, Break.of("joking", QUARTER, clock())
    give_time_out_at_portal(engine, desk.keys, region, portal, anna, given)
    assert desk.ask(portal.id, anna) == given, "it holds at the portal, whichever region is next"
    assert desk.ask(region.id, anna) is None
    with pytest.raises(LookupError, match="own portal"):
        give_time_out_at_portal(engine, desk.keys, portal, region, anna, given)


def _tenant(tenant_id: UUID, parent_id: UUID | None) -> Tenant:
    """As much of an organisation as the rule looks at."""
    found = object.__new__(Tenant)
    object.__setattr__(found, "id", tenant_id)
    object.__setattr__(found, "parent_id", parent_id)
    return found
