"""Lists, copies, identities and shifts: what is taken, what is refused and why; on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from core.configuration import Configuration
from core.crypto.sealing import SealingRefused, SigningKey
from core.identity.models import Staff
from core.keys.lists import PublicLists
from core.keys.refused import KeysRefused
from core.keys.schemas import Copy
from core.keys.services.root import add_copies, all_copies, withdraw
from core.keys.services.shifts import begin_shift, end_shift, shift_of
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.organisations import TwoTenants
from core.testing.people import deeds
from tests.core.keys.office import BLOB, Office


@pytest.fixture
def office(database: Database, configuration: Configuration, tenants: TwoTenants, clock: FixedClock) -> Office:
    office = Office(database, PublicLists.of(configuration), clock, tenants.a.id)
    office.coordinator = office.add("coordinator")
    return office


def code_of(work: Callable[[], Any]) -> str:
    try:
        work()
    except (KeysRefused, SealingRefused) as refused:
        return refused.code
    return "done"


def test_a_list_is_a_file_signed_followed_and_on_record(office: Office) -> None:
    staff_id, key = office.helper()
    newest = office.lists.newest(office.tenant, office.now)
    assert newest == 1
    document = office.lists.read(office.tenant, office.now)
    assert document == office.document
    office.helper()
    assert office.lists.newest(office.tenant, office.now) == 2
    office.revoke(staff_id)
    read = office.lists.read(office.tenant, office.now)
    assert read
    assert [revocation.key for revocation in read.revoked] == [key.public]
    done = [action for staff, action in office.do(deeds) if staff == office.coordinator]
    assert done.count("keys.list_published") == 3
    assert done.count("keys.helper_signed") == 2
    assert done.count("keys.helper_revoked") == 1
    assert done.count("keys.root_changed") == 1
    assert len(list(office.lists.history(office.tenant))) == 3


def test_a_list_that_does_not_follow_is_refused_and_leaves_nothing_behind(office: Office) -> None:
    staff_id, _ = office.helper()
    before = office.do(deeds)
    other, helper = SigningKey.new(), office.add("helper")
    strange = office.certificate(helper, other.public)
    false = office.certificate(staff_id, other.public, other)
    wrong = {
        "false_document": office.next().signed(other),
        "rolled_back": office.next(version=0).signed(office.root),
        "version_gap": office.next(version=3).signed(office.root),
        "forked": office.next(previous=bytes(32)).signed(office.root),
        "no_such_helper": office.next(helpers=(strange,)).signed(office.root),
        "false_certificate": office.next(helpers=(false,)).signed(office.root),
        "other_organisation": replace(office.next(), tenant=uuid4()).signed(office.root),
    }
    for code, given in wrong.items():
        assert code_of(partial(office.publish, given)) == code
    editor = office.add("editor")
    key = office.enrol(editor)
    assert code_of(lambda: office.sign({editor: key.public})) == "no_such_helper"
    assert office.lists.newest(office.tenant, office.now) == 1
    assert [deed for deed in office.do(deeds) if deed not in before] == [(editor, "keys.identity_made")]


def test_the_same_list_twice_is_one_and_two_at_once_are_not(office: Office) -> None:
    office.helper()
    first, second = office.next().signed(office.root), office.next(issued=office.now + 1).signed(office.root)
    office.publish(first)
    office.publish(first)
    assert code_of(lambda: office.publish(second)) == "forked"
    assert code_of(lambda: office.lists.publish(second)) == "list_taken"


def test_what_was_withdrawn_stays_withdrawn(office: Office) -> None:
    staff_id, key = office.helper()
    office.revoke(staff_id)
    assert code_of(lambda: office.sign({staff_id: key.public})) == "revoked"
    assert code_of(lambda: office.publish(office.next(revoked=()).signed(office.root))) == "revocation_lost"
    fresh = office.enrol(staff_id, anew=True)
    office.sign({staff_id: fresh.public})
    shift = office.do(lambda session: begin(office, session, staff_id, office.shift(staff_id, fresh)))
    assert shift.ends == office.clock() + timedelta(hours=4)


def test_a_new_key_that_the_old_one_signed_counts_at_once(office: Office) -> None:
    office.helper()
    new = SigningKey.new()
    assert code_of(lambda: office.publish(office.renewed(new, vouched=True), ())) == "not_one_copy"
    office.publish(office.renewed(new, vouched=True), (Copy(office.coordinator, BLOB),))
    read = office.lists.read(office.tenant, office.now)
    assert read
    assert read.root == new.public
    assert {copy.public for copy in office.do(all_copies)} == {office.root.public, new.public}


def test_a_new_key_that_nobody_signed_waits_a_day_and_can_be_stopped(office: Office) -> None:
    staff_id, _ = office.helper()
    new = SigningKey.new()
    office.publish(office.renewed(new, vouched=False))
    waiting = office.lists.waiting(office.tenant)
    assert waiting
    assert waiting.counts_from == office.now + 24 * 3600
    assert office.lists.newest(office.tenant, office.now) == 1
    assert code_of(lambda: office.publish(office.renewed(SigningKey.new(), vouched=False))) == "list_taken"
    office.do(lambda session: withdraw(session, office.lists, staff_id, office.clock()))
    assert code_of(lambda: office.do(lambda s: withdraw(s, office.lists, staff_id, office.clock()))) == "nothing_waits"
    office.publish(office.renewed(new, vouched=False))
    assert office.lists.newest(office.tenant, office.now + 24 * 3600 - 1) == 1
    assert office.lists.newest(office.tenant, office.now + 24 * 3600) == 2
    read = office.lists.read(office.tenant, office.now)
    assert read
    assert read.root == new.public


def test_a_list_by_the_key_that_counts_takes_the_place_of_one_that_waits(office: Office) -> None:
    office.helper()
    office.publish(office.renewed(SigningKey.new(), vouched=False))
    office.helper()
    assert office.lists.waiting(office.tenant) is None
    assert office.lists.newest(office.tenant, office.now + 48 * 3600) == 2
    read = office.lists.read(office.tenant, office.now + 48 * 3600)
    assert read
    assert read.root == office.root.public


def test_copies_are_of_the_key_that_counts_and_for_coordinators(office: Office) -> None:
    staff_id, _ = office.helper()
    second, root = office.add("coordinator"), office.root.public

    def add(holder: Any, key: bytes = root) -> None:
        office.do(lambda s: add_copies(s, office.lists, key, (Copy(holder, BLOB),), office.coordinator, office.clock()))

    add(second)
    add(second)
    assert sorted(str(copy.staff_id) for copy in office.do(all_copies)) == sorted([str(second), "None"])
    assert code_of(lambda: add(staff_id)) == "no_such_coordinator"
    assert code_of(lambda: add(uuid4())) == "no_such_coordinator"
    assert code_of(lambda: add(second, SigningKey.new().public)) == "wrong_root"


def begin(office: Office, session: Any, staff_id: Any, text: str, *, anew: bool = False) -> Any:
    return begin_shift(session, office.lists, staff_id, text, office.clock(), anew=anew)


def test_a_shift_is_registered_found_and_ended(office: Office) -> None:
    staff_id, key = office.helper()
    text = office.shift(staff_id, key)
    made = office.do(lambda session: begin(office, session, staff_id, text))
    again = office.do(lambda session: begin(office, session, staff_id, text))
    found = office.do(lambda session: shift_of(session, staff_id, office.clock()))
    assert made == again == found
    office.document.shift(found.certificate, "helper", office.now)  # type: ignore[union-attr]
    stranger = office.add("helper")
    assert office.do(lambda session: shift_of(session, stranger, office.clock())) is None
    assert office.do(lambda session: end_shift(session, staff_id, office.clock())) is True
    assert office.do(lambda session: end_shift(session, staff_id, office.clock())) is False
    assert office.do(lambda session: shift_of(session, staff_id, office.clock())) is None
    assert code_of(lambda: office.do(lambda session: begin(office, session, staff_id, text))) == "shift_used"
    done = sorted(action for staff, action in office.do(deeds) if staff == staff_id)
    assert done == ["keys.identity_made", "keys.shift_begun", "keys.shift_ended"]


def test_a_shift_is_over_after_its_time_and_when_the_key_is_withdrawn_or_the_account_off(office: Office) -> None:
    staff_id, key = office.helper()
    office.do(lambda session: begin(office, session, staff_id, office.shift(staff_id, key)))
    assert office.do(lambda session: shift_of(session, staff_id, office.clock() + timedelta(hours=4))) is None

    def switch(active: bool) -> None:
        office.do(lambda session: setattr(session.find(Staff, staff_id), "active", active))

    switch(False)
    assert office.do(lambda session: shift_of(session, staff_id, office.clock())) is None
    switch(True)
    assert office.do(lambda session: shift_of(session, staff_id, office.clock()))
    office.revoke(staff_id)
    assert office.do(lambda session: shift_of(session, staff_id, office.clock())) is None


def test_one_shift_at_a_time_unless_the_other_is_given_up(office: Office) -> None:
    staff_id, key = office.helper()
    office.do(lambda session: begin(office, session, staff_id, office.shift(staff_id, key)))
    second = office.shift(staff_id, key)
    assert code_of(lambda: office.do(lambda session: begin(office, session, staff_id, second))) == "shift_open"
    made = office.do(lambda session: begin(office, session, staff_id, second, anew=True))
    assert office.do(lambda session: shift_of(session, staff_id, office.clock())) == made


def test_a_shift_that_help_seekers_would_not_believe_is_refused(office: Office) -> None:
    staff_id, key = office.helper()
    other, their_key = office.helper()
    long = office.now + 5 * 3600
    wrong = {
        "malformed": "{}",
        "false_shift": office.shift(staff_id, their_key),
        "unknown_helper": office.shift(uuid4(), key),
        "not_yours": office.shift(other, their_key),
        "not_yet": office.shift(staff_id, key, begins=office.now + 301, ends=long),
        "expired": office.shift(staff_id, key, begins=office.now, ends=office.now),
        "other_organisation": office.shift(staff_id, key, tenant=uuid4()),
    }
    for code, text in wrong.items():
        assert code_of(partial(office.do, lambda session, text=text: begin(office, session, staff_id, text))) == code


def test_without_a_list_there_is_no_shift(office: Office) -> None:
    staff_id = office.add("helper")
    text = office.shift(staff_id, office.enrol(staff_id))
    assert code_of(lambda: office.do(lambda session: begin(office, session, staff_id, text))) == "no_list"


def test_a_helper_has_one_key_until_they_make_another(office: Office) -> None:
    staff_id, key = office.helper()
    office.do(lambda session: begin(office, session, staff_id, office.shift(staff_id, key)))
    assert code_of(lambda: office.enrol(staff_id)) == "has_identity"
    office.enrol(staff_id, anew=True)
    assert office.do(lambda session: shift_of(session, staff_id, office.clock())) is None
