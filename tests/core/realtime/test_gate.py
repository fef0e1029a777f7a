"""Which events reach a handler: decided from memory, and told in one word that says no more than it must."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest

from core.access.realtime_tokens import RealtimeIdentity
from core.access.table import Permissions
from core.identity.staff_identity import StaffIdentity
from core.realtime.call import Connection, RealtimeContext, Refused
from core.realtime.flood import Allowance
from core.realtime.gate import RealtimeGate
from core.realtime.journal import Journal
from core.realtime.sockets import NO_EVENT, SocketServer
from core.testing.clocks import FixedClock
from core.testing.throwaway import workshop_in
from tests.core.realtime.house import HERE, THERE, Opener, TeaHouse


@pytest.fixture
def house(tmp_path: Path, sqlite_template: Path, clock: FixedClock) -> Iterator[TeaHouse]:
    """An installation; nothing of it runs."""
    with workshop_in(tmp_path / "plugins") as workshop:
        installation = Opener(tmp_path, sqlite_template, clock, workshop)._installation()
        yield TeaHouse(installation, clock, 0, cast(Any, None))
        installation.engine.dispose()


@pytest.fixture
def gate(house: TeaHouse, clock: FixedClock) -> Iterator[RealtimeGate]:
    """The gate of that installation."""
    installation = house.installation
    context = RealtimeContext(installation, SocketServer(async_mode="asgi"), Journal(installation.engine, clock))
    yield RealtimeGate(context, Permissions.of_plugins(installation.plugins.plugins.values()))
    context.stop()


def _seeker(house: TeaHouse, allowance: Allowance | None = None) -> Connection:
    identity = RealtimeIdentity(house.tenant(), "seeker", "ada", None)
    return Connection("sid", identity, None, allowance or Allowance())


def _staff(house: TeaHouse, *roles: str, locked: bool = False) -> Connection:
    staff = StaffIdentity(uuid4(), house.tenant(), "noor", "Noor", frozenset(roles), uuid4(), locked)
    identity = RealtimeIdentity(house.tenant(), "staff", str(staff.id), staff.session_id)
    return Connection("sid", identity, staff, Allowance())


def _word(gate: RealtimeGate, connection: Connection, name: Any, data: Any = None) -> str:
    try:
        gate.admit(connection, name, {} if data is None else data)
    except Refused as refusal:
        return refusal.code
    return "in"


def test_a_fitting_event_comes_in_with_its_checked_payload(house: TeaHouse, gate: RealtimeGate) -> None:
    connection = _seeker(house)
    event, call, payload = gate.admit(connection, "tea.sip", {"size": 3})
    assert (event.name, payload.model_dump()) == ("tea.sip", {"size": 3, "name": "x"})
    assert (call.tenant.slug, call.is_seeker, call.seeker_key, connection.spoke) == (HERE, True, "ada", True)
    with pytest.raises(LookupError):
        _ = call.staff


def test_what_does_not_exist_is_off_or_is_not_for_this_caller_answers_alike(
    house: TeaHouse, gate: RealtimeGate
) -> None:
    seeker, helper, editor = _seeker(house), _staff(house, "helper"), _staff(house, "editor")
    assert [_word(gate, seeker, name) for name in ("tea.none", NO_EVENT, "", "tea.serve")] == ["not_found"] * 4
    assert _word(gate, helper, "tea.serve") == "in"
    assert _word(gate, helper, "tea.sip") == "not_found"
    assert _word(gate, editor, "tea.serve") == "not_found"
    assert _word(gate, _staff(house, "helper", locked=True), "tea.serve") == "not_found"
    assert (_word(gate, seeker, "tea.sit"), _word(gate, helper, "tea.sit")) == ("in", "in")
    assert _word(gate, editor, "tea.sit") == "not_found"
    house.switch(HERE, "tea", on=False)
    assert [_word(gate, who, "tea.sit") for who in (seeker, helper)] == ["not_found"] * 2
    assert _word(gate, seeker, "tea.sip", "no payload at all") == "not_found", "before the payload is looked at"


def test_staff_whose_session_is_over_may_nothing(house: TeaHouse, gate: RealtimeGate) -> None:
    connection = _staff(house, "helper")
    connection.staff = None
    assert _word(gate, connection, "tea.serve") == "not_found"


def test_a_closed_organisation_lets_no_seeker_speak_while_its_staff_work(house: TeaHouse, gate: RealtimeGate) -> None:
    for state in ("suspended", "draft"):
        house.change(HERE, "state", state)
        assert _word(gate, _seeker(house), "tea.sip") == "closed"
        assert _word(gate, _staff(house, "helper"), "tea.serve") == "in"
    stranger = Connection("sid", RealtimeIdentity(uuid4(), "seeker", "ada", None), None, Allowance())
    assert _word(gate, stranger, "tea.sip") == "closed"


def test_who_says_too_much_is_told_before_anything_else(house: TeaHouse, gate: RealtimeGate) -> None:
    connection = _seeker(house, Allowance(burst=2, per_second=0.0, clock=lambda: 0.0))
    words = [_word(gate, connection, name) for name in ("tea.sip", "tea.none", "tea.sip", "tea.none")]
    assert words == ["in", "not_found", "too_fast", "too_fast"], "what is refused counts too"


@pytest.mark.parametrize(
    "data, word",
    [
        ({"name": ""}, "empty"),
        ({"name": "123456"}, "too_long"),
        ({"name": "123456", "size": -1}, "too_long"),
        ({"name": "", "size": -1}, "malformed"),
        ({"size": -1}, "malformed"),
        ({"size": "three"}, "malformed"),
        ({"size": 10**40}, "in"),
        ([], "malformed"),
        ("x", "malformed"),
        (7, "malformed"),
        ({"name": None}, "malformed"),
        ({"name": {"$ne": ""}}, "malformed"),
        ({"name": "\ud800"}, "malformed"),
    ],
)
def test_a_payload_that_does_not_fit_is_told_by_its_kind(
    house: TeaHouse, gate: RealtimeGate, data: Any, word: str
) -> None:
    assert _word(gate, _seeker(house), "tea.sip", data) == word


def test_the_same_event_at_another_organisation_is_that_organisations(house: TeaHouse, gate: RealtimeGate) -> None:
    house.switch(HERE, "tea", on=False)
    there = Connection("sid", RealtimeIdentity(house.tenant(THERE), "seeker", "ada", None), None, Allowance())
    assert (_word(gate, there, "tea.sip"), _word(gate, _seeker(house), "tea.sip")) == ("in", "not_found")
