"""Signing in: the same answer for unknown and known names, growing waits, a new session each time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from core.crypto import passwords
from core.identity.models import SignInFailure, Staff, StaffSession
from core.identity.services import staff as accounts
from core.identity.services.sign_in import Refusal, SignedIn
from tests.core.identity.house import PASSWORD, House


class _Counting:
    """The hasher, counting how often it is asked."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self.hasher, self.checks = hasher, 0

    def verify(self, stored: str, password: bytes) -> bool:
        self.checks += 1
        return self.hasher.verify(stored, password)

    def hash(self, password: bytes) -> str:
        return self.hasher.hash(password)

    def check_needs_rehash(self, stored: str) -> bool:
        return self.hasher.check_needs_rehash(stored)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> _Counting:
    counting = _Counting(passwords._hasher)
    monkeypatch.setattr(passwords, "_hasher", counting)
    return counting


def test_the_right_password_opens_a_session(house: House) -> None:
    staff_id = house.add()
    signed_in = house.sign_in(" Noor ")
    assert signed_in.identity == house.who(signed_in.cookie)
    assert signed_in.identity.id == staff_id
    assert signed_in.identity.tenant_id == house.here
    assert (signed_in.identity.alias, signed_in.identity.roles) == ("Noor", frozenset({"helper"}))
    assert not signed_in.identity.locked
    assert house.deeds() == ["identity.staff_added", "identity.signed_in"]


def test_unknown_known_and_switched_off_names_answer_alike_after_one_check_each(house: House, counting: Any) -> None:
    house.add("noor")
    house.add("sem", active=False)
    answers, checks = [], []
    for name, password in (
        ("noor", "wrong"),
        ("nobody", "wrong"),
        ("sem", "wrong"),
        ("sem", PASSWORD),
        ("nobody", PASSWORD),
    ):
        counting.checks = 0
        answers.append(house.desk.sign_in(house.here, name, password))
        checks.append(counting.checks)
    assert answers == [Refusal()] * 5
    assert checks == [1] * 5


def test_an_account_of_another_organisation_is_unknown_here(house: House) -> None:
    house.add("noor", house.there)
    assert house.desk.sign_in(house.here, "noor", PASSWORD) == Refusal()
    assert house.deeds(house.here) == []


def test_the_waits_grow_and_are_the_same_for_names_that_nobody_has(house: House, counting: Any) -> None:
    house.add("noor")
    seen = {name: _wait_minutes(house, name, counting) for name in ("noor", "nobody")}
    assert seen["noor"] == seen["nobody"]
    assert seen["noor"] == [0, 0, 0, 0, 0, 0.5, 1, 2, 4, 8, 15, 15]


def _wait_minutes(house: House, name: str, counting: Any) -> list[float]:
    """What has to be waited before each of twelve attempts, in minutes. Only those let in cost a check."""
    waits = []
    counting.checks = 0
    for number in range(12):
        refusal = house.desk.sign_in(house.here, name, "wrong")
        assert isinstance(refusal, Refusal)
        waits.append((refusal.wait_until - house.now) / timedelta(minutes=1) if refusal.wait_until else 0.0)
        if refusal.wait_until:
            house.now = refusal.wait_until
            assert house.desk.sign_in(house.here, name, "wrong") == Refusal()
        assert counting.checks == number + 1
    return waits


def test_while_waiting_even_the_right_password_is_refused_and_hammering_does_not_lengthen_it(house: House) -> None:
    house.add()
    for _ in range(5):
        house.desk.sign_in(house.here, "noor", "wrong")
    until = house.now + timedelta(seconds=30)
    assert [house.desk.sign_in(house.here, "noor", PASSWORD) for _ in range(20)] == [Refusal(until)] * 20
    house.now = until
    assert isinstance(house.desk.sign_in(house.here, "noor", PASSWORD), SignedIn)


def test_a_burst_of_attempts_at_once_does_not_slip_past_the_count(house: House, counting: Any) -> None:
    house.add()
    for _ in range(4):
        house.desk.sign_in(house.here, "noor", "wrong")
    counting.checks = 0
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: house.desk.sign_in(house.here, "noor", "wrong"), range(12)))
    assert counting.checks == 1
    assert [answer.wait_until for answer in answers if isinstance(answer, Refusal)].count(None) == 1


def test_one_names_wait_holds_nobody_else_up(house: House) -> None:
    house.add("noor")
    house.add("noor", house.there)
    for _ in range(8):
        house.desk.sign_in(house.here, "sem", "wrong")
        house.desk.sign_in(house.there, "noor", "wrong")
    house.sign_in("noor")


def test_the_right_password_clears_what_was_held_against_the_name(house: House) -> None:
    house.add()
    for _ in range(4):
        house.desk.sign_in(house.here, "noor", "wrong")
    house.sign_in()
    assert house.do(lambda session: session.scalars(select(SignInFailure)).all()) == []


def test_attempts_are_gone_after_an_hour_and_hold_no_name(house: House) -> None:
    house.desk.sign_in(house.here, "hunter2-typed-in-the-wrong-field", "wrong")
    rows = house.do(lambda session: session.scalars(select(SignInFailure)).all())
    assert [len(row.name_digest) for row in rows] == [32]
    assert b"hunter2" not in rows[0].name_digest
    house.later(hours=1)
    house.desk.sign_in(house.here, "someone-else", "wrong")
    left = house.do(lambda session: session.scalars(select(SignInFailure)).all())
    assert [row.id for row in left if row.id == rows[0].id] == []


def test_a_failed_attempt_on_an_account_is_on_record_and_one_on_no_account_is_not(house: House) -> None:
    house.add()
    house.desk.sign_in(house.here, "noor", "wrong")
    house.desk.sign_in(house.here, "nobody", "wrong")
    assert house.deeds() == ["identity.staff_added", "identity.sign_in_failed"]


def test_each_sign_in_has_a_new_cookie_and_ends_the_one_before_in_that_browser(house: House) -> None:
    house.add()
    first, elsewhere = house.sign_in(), house.sign_in()
    second = house.desk.sign_in(house.here, "noor", PASSWORD, first.cookie)
    assert isinstance(second, SignedIn)
    assert len({first.cookie, elsewhere.cookie, second.cookie}) == 3
    assert house.who(first.cookie) is None
    assert house.who(elsewhere.cookie)
    assert house.who(second.cookie)


def test_the_database_holds_no_cookie_and_no_password(house: House) -> None:
    house.add()
    cookie = house.sign_in().cookie
    session = house.do(lambda session: session.scalars(select(StaffSession)).one())
    assert cookie.encode() not in session.cookie_digest
    assert len(session.cookie_digest) == 32
    assert house.staff().password_hash.startswith("$argon2id$")


def test_a_hash_of_an_older_cost_is_made_anew(house: House) -> None:
    house.add()
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    house.do(lambda session: setattr(accounts.find_by_name(session, "noor"), "password_hash", cheap))
    house.sign_in()
    assert house.staff().password_hash != cheap
    house.sign_in()


def test_an_account_switched_off_while_its_password_is_checked_is_not_let_in(
    house: House, counting: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.add()
    check = counting.verify

    def switch_off_meanwhile(stored: str, password: bytes) -> bool:
        house.do(lambda session: setattr(accounts.find_by_name(session, "noor"), "active", False))
        return bool(check(stored, password))

    monkeypatch.setattr(counting, "verify", switch_off_meanwhile)
    assert house.desk.sign_in(house.here, "noor", PASSWORD) == Refusal()


def test_old_sessions_are_deleted(house: House) -> None:
    house.add()
    house.sign_in()
    house.later(hours=12)
    house.sign_in()
    rows = house.do(lambda session: session.scalars(select(StaffSession)).all())
    assert [row.created_at for row in rows] == [house.now]


@pytest.mark.parametrize("name", ["", "x" * 5000, "\x00", "\ud800", "noor' --"])
def test_a_strange_name_is_a_wrong_name(house: House, name: str) -> None:
    assert house.desk.sign_in(house.here, name, "x" * 5000) == Refusal()
    assert house.do(lambda session: session.scalars(select(Staff)).all()) == []
