"""Ten minutes after the end everything is gone; who stays away for half an hour has ended."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, func, select

from core.api import Stream, StreamEntry, TenantSession

from ..models import BY_SEEKER, Conversation
from ..retention import RULES, end_abandoned, forget_ended
from ..services.presence import mark_absent, mark_present
from .desk import Desk


def _write(desk: Desk, stream_id: UUID, tenant_id: UUID | None = None) -> None:
    """An entry, as the journal would write it."""

    def work(session: TenantSession) -> None:
        values = {"stream_id": stream_id, "seq": 1, "sender": "seeker", "kind": "message", "version": 1}
        session.add(StreamEntry(client_id=UUID(int=1), body=b"canary", at=desk.clock(), **values))

    desk.do(work, tenant_id)


def _rule(desk: Desk, name: str, tenant_id: UUID | None = None) -> int:
    """Applies a rule as the worker does."""
    rule = next(rule for rule in RULES if rule.name == name)
    return desk.do(lambda session: rule.forget(session, desk.clock() - rule.keep), tenant_id)


def _left(desk: Desk, tenant_id: UUID | None = None) -> tuple[int, ...]:
    def count(session: TenantSession) -> tuple[int, ...]:
        models = (Conversation, Stream, StreamEntry)
        return tuple(session.scalar(select(func.count()).select_from(model)) or 0 for model in models)

    return desk.do(count, tenant_id)


def test_the_rules_say_ten_minutes_and_half_an_hour() -> None:
    assert {rule.name: rule.keep for rule in RULES} == {
        "chat.ended": timedelta(minutes=10),
        "chat.abandoned": timedelta(minutes=30),
    }


def test_ten_minutes_after_the_end_conversation_stream_and_messages_are_gone(desk: Desk) -> None:
    row = desk.join()
    _write(desk, row.stream_id)
    desk.end(row.id, BY_SEEKER)
    desk.clock.advance(minutes=10, microseconds=-1)
    assert _rule(desk, "chat.ended") == 0
    assert _left(desk) == (1, 1, 1)
    desk.clock.advance(microseconds=1)
    assert _rule(desk, "chat.ended") == 1
    assert _left(desk) == (0, 0, 0)
    assert _rule(desk, "chat.ended") == 0


def test_what_has_not_ended_and_what_is_anothers_stays(desk: Desk) -> None:
    waiting, talking, ended = desk.join(), desk.join(), desk.join()
    theirs = desk.join(tenant_id=desk.there)
    desk.take(talking.id, desk.helper())
    for row in (waiting, talking, ended):
        _write(desk, row.stream_id)
    _write(desk, theirs.stream_id, desk.there)
    desk.end(ended.id, BY_SEEKER)
    desk.clock.advance(days=3)
    assert _rule(desk, "chat.ended") == 1
    assert (_left(desk), _left(desk, desk.there)) == ((2, 2, 2), (1, 1, 1))


def test_who_is_away_for_half_an_hour_has_ended_since_they_went(desk: Desk) -> None:
    row, there = desk.join(danger=True), desk.join()
    gone = desk.clock.advance(minutes=1)
    desk.do(lambda session: mark_absent(session, row.id, gone))
    desk.clock.advance(minutes=30, microseconds=-1)
    assert _rule(desk, "chat.abandoned") == 0
    desk.clock.advance(microseconds=1)
    assert _rule(desk, "chat.abandoned") == 1
    stored = desk.read(row.id)
    assert stored is not None
    facts = (stored.state, stored.ended_by, stored.ended_at, stored.danger)
    assert facts == ("ended", "silence", gone, None)
    stream = desk.do(lambda session: session.find(Stream, row.stream_id))
    assert stream is not None
    assert stream.closed_at == gone
    still = desk.read(there.id)
    assert still is not None
    assert still.state == "waiting"
    assert _rule(desk, "chat.abandoned") == 0
    assert _rule(desk, "chat.ended") == 1, "the next round deletes it"


def test_a_conversation_that_helper_and_seeker_left_is_ended_too(desk: Desk) -> None:
    row = desk.join()
    desk.take(row.id, desk.helper())
    desk.do(lambda session: mark_absent(session, row.id, desk.clock()))
    desk.clock.advance(minutes=30)
    assert _rule(desk, "chat.abandoned") == 1
    assert len(desk.deeds()) == 1, "silence is nobody's deed"


def test_who_comes_back_in_time_keeps_their_conversation(desk: Desk) -> None:
    row = desk.join()
    desk.do(lambda session: mark_absent(session, row.id, desk.clock()))
    desk.clock.advance(minutes=29)
    desk.do(lambda session: mark_present(session, row.id))
    desk.clock.advance(minutes=29)
    assert _rule(desk, "chat.abandoned") == 0
    assert desk.join(row.seeker_key).id == row.id


@pytest.fixture
def statements(desk: Desk) -> Iterator[list[str]]:
    """What was sent to the database."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(desk.engine, "before_cursor_execute", note)
    yield seen
    event.remove(desk.engine, "before_cursor_execute", note)


def test_who_comes_back_at_this_very_moment_is_asked_for_in_the_update_itself(
    desk: Desk, statements: list[str]
) -> None:
    row = desk.join()
    desk.do(lambda session: mark_absent(session, row.id, desk.clock()))
    statements.clear()
    desk.do(lambda session: end_abandoned(session, desk.clock()))
    writes = [statement for statement in statements if statement.startswith("UPDATE chat_conversation")]
    assert len(writes) == 1
    assert "absent_since <=" in writes[0]


def test_forgetting_nothing_is_quiet(desk: Desk) -> None:
    long_ago = datetime(2000, 1, 1, tzinfo=desk.clock().tzinfo)
    assert desk.do(lambda session: forget_ended(session, long_ago)) == 0
