"""What the core itself holds about people is handed over and erased as what plugins hold is; on both databases."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from core.audit.models import AuditRecord
from core.audit.record import OPERATOR
from core.clock import utc_now
from core.crypto import KeyRing
from core.database.base import TenantModel
from core.errors import LuwteError
from core.hookspecs.values import PersonalData
from core.identity.models import Staff, StaffSession
from core.identity.services.sessions import open_session
from core.privacy.own_rooms import OwnRooms, own_rooms
from core.privacy.personal_data import Desk, unasked
from core.realtime.models import Stream
from core.realtime.personal_data import abandoned_streams
from core.tenancy.session import TenantSession
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.examples import EXAMPLES
from core.testing.organisations import TwoTenants
from core.testing.people import add_helper
from core.testing.rows import everything_of
from core.testing.sessions import in_transaction

NOT_ABOUT_PEOPLE = {
    "outbox_counter": "how many events an organisation has told",
    "sealing_key": "a key, wrapped",
    "secret_setting": "a setting of the organisation, sealed",
    "job_lease": "when work by the clock was done",
}
"""Tables of the core that nobody hands over, with the reason. A new line here is a decision for review."""

HOUSE = own_rooms([abandoned_streams({"chat"})])


@pytest.fixture
def desk(database: Database, tenants: TwoTenants, clock: FixedClock, keys: KeyRing) -> Desk:
    """One of each thing of the core at both organisations."""
    for tenant in (tenants.a, tenants.b):
        in_transaction(database.engine, tenant.id, _furnish)
    return Desk(database.engine, keys, clock)


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    """Secrets of this test's own."""
    return KeyRing(tmp_path / "keys")


def _furnish(session: TenantSession) -> None:
    for name, factory in EXAMPLES.items():
        if name != "page":
            factory(session)


def _exported(desk: Desk, *tenants: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in desk.export_lines(tenants, [HOUSE])]


def test_all_of_one_organisation_is_handed_over_and_nothing_that_opens_anything(
    desk: Desk, tenants: TwoTenants
) -> None:
    lines = list(desk.export_lines([tenants.a], [HOUSE]))
    rows = [json.loads(line) for line in lines]
    assert {row["kind"] for row in rows} == {kind.name for kind in (*HOUSE.personal_data, *HOUSE.stays)}
    assert {(row["organisation"], row["plugin"]) for row in rows} == {("a", "core")}
    assert [word for word in ("password", "digest", "cookie", "sealed") if word in "".join(lines)] == []


def test_each_table_of_the_core_is_handed_over_or_said_to_be_about_nobody(desk: Desk, tenants: TwoTenants) -> None:
    kinds = (*HOUSE.personal_data, *HOUSE.stays)
    named = {str(model.__table__.name) for kind in kinds for model in kind.models}  # type: ignore[attr-defined]
    own = {
        str(mapper.local_table.name)  # type: ignore[attr-defined]
        for mapper in TenantModel.registry.mappers
        if mapper.class_.__module__.startswith("core.") and not mapper.class_.__module__.startswith("core.testing")
        and issubclass(mapper.class_, TenantModel)
    }  # fmt: skip
    assert own - named - NOT_ABOUT_PEOPLE.keys() == {"stream", "stream_entry"}, "these are of plugins, or abandoned"


def test_erasing_takes_all_but_the_record_and_nothing_of_another(desk: Desk, tenants: TwoTenants) -> None:
    before = everything_of(desk.engine, tenants.b.id)
    erased = desk.erase(tenants.a, HOUSE)
    assert all(one.rows >= 1 and one.left == 0 for one in erased), erased
    assert {row["kind"] for row in _exported(desk, tenants.a)} == {"core.audit"}
    assert everything_of(desk.engine, tenants.b.id) == before
    record = [row["row"] for row in _exported(desk, tenants.a)]
    assert ("privacy.erased", "data:core", str(OPERATOR)) in [
        (row["action"], row["subject"], row["staff_id"]) for row in record
    ]


def test_streams_of_a_plugin_that_is_there_are_left_to_it(desk: Desk, tenants: TwoTenants) -> None:
    def chats(session: TenantSession) -> None:
        EXAMPLES["stream"](session)
        session.scalars(select(Stream)).first().plugin = "chat"  # type: ignore[union-attr]

    in_transaction(desk.engine, tenants.a.id, chats)
    desk.erase(tenants.a, HOUSE)
    left = in_transaction(desk.engine, tenants.a.id, lambda session: session.scalars(select(Stream.plugin)).all())
    assert left == ["chat"]


def test_what_others_still_point_at_stays_with_a_sentence(desk: Desk, tenants: TwoTenants) -> None:
    hasty = PersonalData("core.hasty", "Streams without their entries.", (), lambda session: (), lambda session: len(
        session.scalars(delete(Stream).returning(Stream.id)).all()))  # fmt: skip
    before = everything_of(desk.engine, tenants.a.id)
    with pytest.raises(LuwteError, match="What core holds at a cannot go yet"):
        desk.erase(tenants.a, OwnRooms((*HOUSE.personal_data[1:], hasty)))
    assert everything_of(desk.engine, tenants.a.id) == before, "all or nothing, its record included"


def test_one_member_of_staff_is_handed_over_and_made_nobody(
    desk: Desk, tenants: TwoTenants, keys: KeyRing, clock: FixedClock
) -> None:
    def arrive(session: TenantSession) -> Any:
        noor = add_helper(session, clock=clock)
        account = session.find(Staff, noor.id)
        assert account is not None
        open_session(session, keys, account, clock())
        session.add(AuditRecord(at=utc_now(), staff_id=noor.id, action="test.deed"))
        return noor

    noor = in_transaction(desk.engine, tenants.a.id, arrive)
    rows = [json.loads(line) for line in desk.export_person_lines(tenants.a, [HOUSE], noor.id)]
    assert {row["kind"] for row in rows} == {"core.staff", "core.staff_sessions", "core.audit"}
    assert {row["row"].get("staff_id", row["row"].get("id")) for row in rows} == {str(noor.id)}
    assert [one.kind for one in desk.erase_person(tenants.a, [HOUSE], noor.id)] == [
        "core.root_key_copies",
        "core.identity_keys",
        "core.shifts",
        "core.staff",
    ]

    def look(session: TenantSession) -> Any:
        account = session.find(Staff, noor.id)
        assert account is not None
        sessions = session.scalars(select(StaffSession).where(StaffSession.staff_id == noor.id)).all()
        return account.name, account.alias, account.roles, account.active, list(sessions)

    assert in_transaction(desk.engine, tenants.a.id, look) == (f"erased-{noor.id.hex}", "–", frozenset(), False, [])
    assert len([row for row in _exported(desk, tenants.a) if row["kind"] == "core.staff"]) >= 2, "others stay"


def test_what_cannot_be_told_of_one_person_is_named() -> None:
    assert unasked([HOUSE], erasing=False) == ["core.streams", "core.sign_in_failures", "core.time_outs", "core.events"]
    assert "core.audit" not in unasked([HOUSE], erasing=True)
