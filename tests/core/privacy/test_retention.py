"""What the core's own rooms keep of people, and how long; on both databases."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from core.audit.models import AuditRecord
from core.audit.record import record
from core.crypto import KeyRing
from core.identity.models import SignInFailure, Staff, StaffSession
from core.identity.services.sessions import LIFETIME, end, open_session
from core.identity.services.staff import set_active
from core.identity.services.throttle import MEMORY
from core.privacy.retention import core_retention
from core.tenancy.session import TenantSession
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.organisations import TwoTenants
from core.testing.people import add_helper
from core.testing.sessions import in_transaction

MICROSECOND = timedelta(microseconds=1)
Do = Callable[..., Any]


@pytest.fixture(name="do")
def _do(database: Database, tenants: TwoTenants) -> Do:
    """Runs `work(session)` as organisation `a` (or another) in a transaction."""

    def run(work: Callable[[TenantSession], Any], tenant_id: UUID | None = None) -> Any:
        return in_transaction(database.engine, tenant_id or tenants.a.id, work)

    return run


def _apply(do: Do, name: str, clock: FixedClock) -> None:
    rule = next(rule for rule in core_retention() if rule.name == name)
    do(lambda session: rule.forget(session, clock() - rule.keep))


def _count(do: Do, model: type, tenant_id: UUID | None = None) -> int:
    return int(do(lambda session: session.scalar(select(func.count()).select_from(model)), tenant_id))


def test_each_rule_has_a_name_a_sentence_and_a_time() -> None:
    rules = core_retention()
    assert len({rule.name for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.name.startswith("core.")
        assert rule.description.endswith(".")
        assert rule.keep >= timedelta()


def test_what_staff_did_is_kept_five_years(do: Do, clock: FixedClock, tenants: TwoTenants) -> None:
    start = clock()
    for tenant_id in (tenants.a.id, tenants.b.id):
        do(lambda session: record(session, uuid4(), "test.deed", at=start), tenant_id)
    clock.now = start.replace(year=start.year + 5)
    _apply(do, "core.audit", clock)
    assert _count(do, AuditRecord) == 1, "five years by the calendar, leap days included"
    clock.advance(days=2)
    _apply(do, "core.audit", clock)
    assert (_count(do, AuditRecord), _count(do, AuditRecord, tenants.b.id)) == (0, 1)


def test_failed_attempts_are_forgotten_with_the_throttle_that_needs_them(do: Do, clock: FixedClock) -> None:
    def fail(session: TenantSession) -> None:
        columns = {column.name for column in SignInFailure.__table__.columns} - {"tenant_id", "id", "at"}
        session.add(SignInFailure(at=clock(), **dict.fromkeys(columns, b"x" * 32)))

    do(fail)
    clock.now += MEMORY - MICROSECOND
    _apply(do, "core.sign_in_failures", clock)
    assert _count(do, SignInFailure) == 1
    clock.now += MICROSECOND
    _apply(do, "core.sign_in_failures", clock)
    assert _count(do, SignInFailure) == 0


def test_sessions_that_are_over_go_and_running_ones_stay(do: Do, clock: FixedClock, tmp_path: Any) -> None:
    keys = KeyRing(tmp_path / "keys")

    def open_one(session: TenantSession) -> UUID:
        staff = session.find(Staff, add_helper(session, clock=clock).id)
        assert staff is not None
        return open_session(session, keys, staff, clock())[0].id

    old, ended = do(open_one), do(open_one)
    clock.now += LIFETIME - MICROSECOND
    young = do(open_one)
    do(lambda session: end(session, ended, clock()))
    _apply(do, "core.staff_sessions", clock)
    assert set(do(lambda session: session.scalars(select(StaffSession.id)).all())) == {old, young}
    clock.now += MICROSECOND
    _apply(do, "core.staff_sessions", clock)
    assert do(lambda session: session.scalars(select(StaffSession.id)).all()) == [young]
    assert _count(do, Staff) == 3, "the accounts stay"


def test_an_account_is_emptied_a_month_after_its_owner_left(do: Do, clock: FixedClock) -> None:
    def add(session: TenantSession) -> UUID:
        return add_helper(session, "Wilg", clock=clock).id

    def switch(staff_id: UUID, active: bool) -> None:
        do(lambda session: set_active(session, session.find(Staff, staff_id), active, clock()))

    gone, back, here = do(add), do(add), do(add)
    switch(gone, active=False)
    switch(back, active=False)
    clock.advance(days=20)
    switch(back, active=True)
    switch(back, active=False)
    clock.advance(days=10, microseconds=-1)
    _apply(do, "core.staff", clock)
    assert {do(lambda session, it=it: session.find(Staff, it).alias) for it in (gone, back, here)} == {"Wilg"}
    clock.advance(microseconds=1)
    _apply(do, "core.staff", clock)
    aliases = [do(lambda session, it=it: session.find(Staff, it).alias) for it in (gone, back, here)]
    assert aliases == ["–", "Wilg", "Wilg"], "who came back for a while has a month from the last time"
    clock.advance(days=20)
    _apply(do, "core.staff", clock)
    names = do(lambda session: sorted(session.scalars(select(Staff.name))))
    assert [name.startswith("erased-") for name in names] == [True, True, False]
    rule = next(rule for rule in core_retention() if rule.name == "core.staff")
    assert do(lambda session: rule.forget(session, clock())) == 0, "once"
