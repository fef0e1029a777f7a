"""What staff did is kept with the deed, without content, and a conversation's name dies with its day."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.audit.record import conversation_subject, record
from core.crypto import KeyRing
from core.database.guard import IsolationError
from core.errors import LuwteError
from core.tenancy.session import tenant_session
from tests.core.identity.house import House

TODAY = date(2026, 11, 23)


def test_who_what_and_when_are_kept_per_organisation(house: House) -> None:
    staff_id, at = uuid4(), datetime(2026, 11, 23, 9, tzinfo=UTC)
    house.do(lambda session: record(session, staff_id, "chat.conversation_taken", "conversation:ab12", at=at))
    row = house.do(lambda session: session.scalars(select(AuditRecord)).one())
    assert (row.staff_id, row.action, row.subject, row.at) == (
        staff_id,
        "chat.conversation_taken",
        "conversation:ab12",
        at,
    )
    assert house.deeds(house.there) == []


def test_a_deed_that_is_rolled_back_leaves_no_record(house: House) -> None:
    with tenant_session(house.engine, house.here) as session:
        session.begin()
        record(session, uuid4(), "chat.conversation_taken")
        session.flush()
        session.rollback()
    assert house.deeds() == []


def test_without_a_moment_it_is_now(house: House) -> None:
    before = datetime.now(UTC)
    house.do(lambda session: record(session, uuid4(), "chat.conversation_taken"))
    row = house.do(lambda session: session.scalars(select(AuditRecord)).one())
    assert before <= row.at <= datetime.now(UTC)


class _NoSession:
    def add(self, _row: object) -> None:
        raise AssertionError("this should have been refused")


@pytest.mark.parametrize(
    "action", ["", "taken", "chat.", "Chat.taken", "chat.taken now", "chat.ta\nken", "c." + "x" * 80]
)
def test_an_action_is_a_name_and_not_a_sentence(action: str) -> None:
    with pytest.raises(ValueError, match="An action is named"):
        record(_NoSession(), uuid4(), action)  # type: ignore[arg-type]


@given(st.text(max_size=120).filter(lambda text: ":" not in text or " " in text))
def test_content_has_no_place_in_the_subject(subject: str) -> None:
    with pytest.raises(ValueError, match="no content"):
        record(_NoSession(), uuid4(), "chat.taken", subject)  # type: ignore[arg-type]


def test_a_conversation_has_one_name_a_day_and_none_that_lasts(tmp_path: Path) -> None:
    keys, tenant, conversation = KeyRing(tmp_path), uuid4(), uuid4()
    name = conversation_subject(keys, tenant, conversation, TODAY)
    assert name == conversation_subject(keys, tenant, conversation, TODAY)
    others = {
        conversation_subject(keys, tenant, conversation, TODAY + timedelta(days=1)),
        conversation_subject(keys, uuid4(), conversation, TODAY),
        conversation_subject(keys, tenant, uuid4(), TODAY),
        conversation_subject(KeyRing(tmp_path / "other"), tenant, conversation, TODAY),
    }
    assert len({name, *others}) == 5
    assert conversation.hex not in name
    keys.forget_days(TODAY + timedelta(days=1))
    with pytest.raises(LuwteError):
        conversation_subject(keys, tenant, conversation, TODAY)


def test_a_record_of_another_organisation_is_refused(house: House) -> None:
    row = AuditRecord(at=house.now, staff_id=uuid4(), action="chat.taken", subject=None, tenant_id=house.there)
    with pytest.raises(IsolationError):
        house.do(lambda session: session.add(row))
