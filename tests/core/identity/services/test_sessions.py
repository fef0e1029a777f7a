"""Sessions end, lock by themselves, and are refused at once everywhere after that."""

from uuid import uuid4

import pytest

from core.crypto import new_token
from core.identity.services import sessions
from core.identity.services import staff as accounts
from core.identity.services.sign_in import Refusal
from core.tenancy.session import TenantSession
from tests.core.identity.house import PASSWORD, House


@pytest.fixture
def cookie(house: House) -> str:
    house.add()
    return house.sign_in().cookie


def test_a_cookie_is_good_for_its_organisation_and_installation_only(house: House, cookie: str) -> None:
    assert house.who(cookie)
    assert house.who(cookie, house.there) is None
    assert house.who(new_token()) is None
    assert house.who("") is None


def test_a_session_lives_twelve_hours_however_busy(house: House, cookie: str) -> None:
    for _ in range(12 * 3 - 1):
        house.later(minutes=20)
        assert house.who(cookie)
    house.later(minutes=19.9)
    assert house.who(cookie)
    house.later(minutes=0.1)
    assert house.who(cookie) is None


def test_half_an_hour_of_nothing_locks_and_is_on_record_once(house: House, cookie: str) -> None:
    house.later(minutes=29.9)
    assert not _locked(house, cookie)
    house.later(minutes=30)
    assert _locked(house, cookie)
    assert _locked(house, cookie)
    house.later(seconds=1)
    assert _locked(house, cookie)
    assert house.deeds().count("identity.locked") == 1


def test_it_counts_as_locked_although_nobody_looked(house: House, cookie: str) -> None:
    identity = house.who(cookie)
    assert identity
    house.later(minutes=30)
    assert house.do(lambda session: sessions.staff_of_session(session, identity.session_id, house.now)) is None


def test_activity_after_the_lock_fell_does_not_open_it(house: House, cookie: str) -> None:
    identity = house.who(cookie)
    assert identity
    house.later(minutes=31)
    house.do(lambda session: sessions.touch(session, identity.session_id, house.now))
    assert _locked(house, cookie)


def test_a_lock_holds_until_the_password_is_given(house: House, cookie: str) -> None:
    identity = house.who(cookie)
    assert identity
    house.do(lambda session: sessions.lock(session, identity.session_id, house.now))
    assert _locked(house, cookie)
    assert house.desk.unlock(identity, "wrong") == Refusal()
    assert _locked(house, cookie)
    assert house.desk.unlock(identity, PASSWORD) is None
    assert not _locked(house, cookie)
    assert house.deeds()[-2:] == ["identity.sign_in_failed", "identity.unlocked"]


def test_guessing_at_the_lock_screen_is_throttled_as_at_the_door(house: House, cookie: str) -> None:
    identity = house.who(cookie)
    assert identity
    for _ in range(5):
        assert house.desk.unlock(identity, "wrong") == Refusal()
    refusal = house.desk.unlock(identity, PASSWORD)
    assert refusal
    assert refusal.wait_until
    assert house.desk.sign_in(house.here, "noor", PASSWORD) == refusal


def test_an_ended_session_cannot_be_unlocked(house: House, cookie: str) -> None:
    identity = house.who(cookie)
    assert identity
    house.do(lambda session: sessions.end(session, identity.session_id, house.now))
    house.desk.unlock(identity, PASSWORD)
    assert house.who(cookie) is None


def test_an_ended_session_is_refused_by_cookie_and_by_id(house: House, cookie: str) -> None:
    identity = house.who(cookie)
    assert identity
    assert house.do(lambda session: sessions.staff_of_session(session, identity.session_id, house.now)) == identity
    house.do(lambda session: sessions.end(session, identity.session_id, house.now))
    assert house.who(cookie) is None
    assert house.do(lambda session: sessions.staff_of_session(session, identity.session_id, house.now)) is None


def test_another_organisation_cannot_use_or_end_a_session_by_its_id(house: House, cookie: str) -> None:
    identity = house.who(cookie)
    assert identity
    found = house.do(lambda session: sessions.staff_of_session(session, identity.session_id, house.now), house.there)
    house.do(lambda session: sessions.end(session, identity.session_id, house.now), house.there)
    house.do(lambda session: sessions.lock(session, identity.session_id, house.now), house.there)
    assert found is None
    assert house.who(cookie) == identity


def test_what_is_no_session_has_no_staff(house: House) -> None:
    assert house.do(lambda session: sessions.staff_of_session(session, None, house.now)) is None
    assert house.do(lambda session: sessions.staff_of_session(session, uuid4(), house.now)) is None


def test_switching_an_account_off_ends_its_sessions_at_once(house: House, cookie: str) -> None:
    _switch(house, active=False)
    assert house.who(cookie) is None
    _switch(house, active=True)
    assert house.who(cookie) is None
    assert house.who(house.sign_in().cookie)


def test_of_many_sessions_only_those_of_somebody_at_work_are_found(house: House, cookie: str) -> None:
    house.add("sem")
    people = [house.sign_in(name).identity for name in ("noor", "noor", "sem", "noor")]
    ids = [person.session_id for person in people]
    house.do(lambda session: sessions.lock(session, ids[0], house.now))
    house.do(lambda session: sessions.end(session, ids[1], house.now))
    ask = [*ids, uuid4()]
    assert house.do(lambda session: sessions.staff_of_sessions(session, ask, house.now)) == {
        ids[2]: people[2],
        ids[3]: people[3],
    }
    assert house.do(lambda session: sessions.staff_of_sessions(session, ask, house.now), house.there) == {}
    _switch(house, active=False)
    assert house.do(lambda session: sessions.staff_of_sessions(session, ask, house.now)) == {ids[2]: people[2]}


def _locked(house: House, cookie: str) -> bool:
    identity = house.who(cookie)
    assert identity
    return identity.locked


def _switch(house: House, *, active: bool) -> None:
    def work(session: TenantSession) -> None:
        staff = accounts.find_by_name(session, "noor")
        assert staff
        accounts.set_active(session, staff, active, house.now)

    house.do(work)
