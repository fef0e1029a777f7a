"""Accounts: unique within the organisation, every change on record, sessions end with a change."""

from typing import Any

import pytest
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.errors import LuwteError
from core.identity.models import Staff
from core.identity.services import staff as accounts
from core.identity.services.sign_in import SignedIn
from tests.core.identity.house import PASSWORD, House


def _change(house: House, change: Any) -> None:
    house.do(lambda session: change(session, accounts.find_by_name(session, "noor")))


def test_a_name_is_taken_within_the_organisation_only(house: House) -> None:
    house.add("noor")
    with pytest.raises(LuwteError, match="already somebody with the sign-in name noor"):
        house.add("Noor ")
    assert house.add("noor", house.there) != house.staff().id


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "no\nor", "no\x00or"])
def test_an_unfit_name_is_refused(house: House, name: str) -> None:
    with pytest.raises(LuwteError, match="sign-in name must have 1 to 64"):
        house.add(name)


def test_a_short_password_is_refused_when_chosen(house: House) -> None:
    house.add()
    with pytest.raises(LuwteError, match="12 to 1024 characters"):
        _change(house, lambda session, staff: accounts.set_password(session, staff, "wilg", house.now))
    house.sign_in()


def test_a_new_password_ends_all_sessions_but_the_one_it_was_changed_in(house: House) -> None:
    house.add()
    mine, other = house.sign_in(), house.sign_in()
    keep, new = mine.identity.session_id, "nieuwe woorden samen"
    _change(house, lambda session, staff: accounts.set_password(session, staff, new, house.now, keep))
    assert house.who(mine.cookie)
    assert house.who(other.cookie) is None
    assert not isinstance(house.desk.sign_in(house.here, "noor", PASSWORD), SignedIn)
    assert isinstance(house.desk.sign_in(house.here, "noor", new), SignedIn)


def test_new_roles_count_at_the_next_sign_in_and_end_what_was_open(house: House) -> None:
    house.add()
    before = house.sign_in()
    roles = frozenset({"coordinator", "editor"})
    _change(house, lambda session, staff: accounts.set_roles(session, staff, roles, house.now))
    assert house.who(before.cookie) is None
    assert house.sign_in().identity.roles == roles


def test_every_change_is_on_record_by_id_without_the_name(house: House) -> None:
    staff_id = house.add("noor")
    _change(house, lambda session, staff: accounts.set_roles(session, staff, frozenset({"editor"}), house.now))
    _change(house, lambda session, staff: accounts.set_password(session, staff, PASSWORD, house.now))
    _change(house, lambda session, staff: accounts.set_active(session, staff, False, house.now))
    _change(house, lambda session, staff: accounts.set_active(session, staff, True, house.now))
    rows = house.do(lambda session: session.scalars(select(AuditRecord)).all())
    assert {row.action for row in rows} == {
        "identity.staff_added",
        "identity.roles_changed",
        "identity.password_changed",
        "identity.staff_disabled",
        "identity.staff_enabled",
    }
    assert {(row.staff_id, row.subject) for row in rows} == {(staff_id, f"staff:{staff_id}")}


def test_another_organisations_staff_are_not_listed(house: House) -> None:
    house.add("sem", house.there)
    house.add("zoe")
    house.add("anke")
    listed: list[Staff] = house.do(accounts.all_staff)
    assert [staff.name for staff in listed] == ["anke", "zoe"]
    assert house.do(lambda session: accounts.find_by_name(session, "sem")) is None
