"""What the chat holds about people is handed over and erased; other plugins hear that it ended, and nothing more."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from core.api import KeyRing, Stream, StreamEntry, TenantSession
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.installations import make_installation
from core.testing.organisations import add_tenant
from core.testing.throwaway import workshop_in
from core.testing.told import waiting_events

from ..models import BY_HELPER, BY_SEEKER, Conversation
from ..retention import (
    PERSONAL_DATA,
    RULES,
    erase_conversations,
    erase_helper,
    export_conversations,
    export_helper,
)
from ..services.presence import mark_absent
from .desk import Desk

LISTENER = """
from core.api import Subscription, hookimpl

@hookimpl
def declare_subscriptions():
    return (Subscription("chat.conversation_ended", 1, lambda session, told: None),)
"""


@pytest.fixture
def heard(database: Database, configuration: Any, clock: FixedClock, tmp_path: Path) -> Iterator[Desk]:
    """A desk at an organisation that has a plugin which wants to hear of ended conversations."""
    for slug in ("here", "there"):
        add_tenant(database.engine, slug, plugins=["chat", "listener"] if slug == "here" else ["chat"], clock=clock)
    with workshop_in(tmp_path / "plugins") as workshop:
        installation = make_installation(configuration, clock, beside=[workshop.plugin("listener", LISTENER)])
        here, there = (tenant.id for tenant in installation.directory.all())
        yield Desk(installation.engine, clock, KeyRing(tmp_path / "keys"), here, there)
        installation.engine.dispose()


def test_an_end_is_told_once_with_its_facts_and_no_content(heard: Desk) -> None:
    left, talked, silent = heard.join(), heard.join(), heard.join()
    theirs = heard.join(tenant_id=heard.there)
    heard.take(talked.id, heard.helper())
    for _ in range(2):
        heard.end(left.id, BY_SEEKER)
        heard.end(talked.id, BY_HELPER)
    ended_at = heard.clock()
    heard.do(lambda session: mark_absent(session, silent.id, heard.clock()))
    heard.clock.advance(minutes=31)
    abandoned = next(rule for rule in RULES if rule.name == "chat.abandoned")
    heard.do(lambda session: abandoned.forget(session, heard.clock() - abandoned.keep))
    told = waiting_events(heard.engine, heard.here)
    assert {(event.plugin, event.name) for event in told} == {("listener", "chat.conversation_ended")}
    at = ended_at.isoformat().replace("+00:00", "Z")
    facts = [(left.id, BY_SEEKER, False), (talked.id, BY_HELPER, True), (silent.id, "silence", False)]
    assert [event.facts for event in told] == [
        {"conversation": str(it), "ended_at": at, "by": by, "was_taken": taken} for it, by, taken in facts
    ]
    assert theirs.state == "waiting"
    assert waiting_events(heard.engine, heard.there) == []


def _write(desk: Desk, conversation: Conversation, count: int, tenant_id: UUID | None = None) -> None:
    def work(session: TenantSession) -> None:
        for seq in range(1, count + 1):
            values = {"stream_id": conversation.stream_id, "seq": seq, "sender": "seeker", "kind": "message"}
            session.add(StreamEntry(client_id=UUID(int=seq), version=1, body=b"canary", at=desk.clock(), **values))

    desk.do(work, tenant_id)


def test_the_export_holds_every_conversation_with_all_its_entries(desk: Desk) -> None:
    first = desk.join()
    desk.clock.advance(minutes=1)
    second, theirs = desk.join(), desk.join(tenant_id=desk.there)
    _write(desk, first, 250)
    _write(desk, theirs, 1, desk.there)
    rows = desk.do(lambda session: list(export_conversations(session)))
    assert [row["conversation"] for row in rows] == [first.id, second.id]
    assert [[entry["seq"] for entry in row["entries"]] for row in rows] == [list(range(1, 251)), []]
    assert rows[0]["entries"][0]["body"] == b"canary"
    assert "seeker_key" not in rows[0]


def test_erasing_takes_open_conversations_too_and_nobody_elses(desk: Desk) -> None:
    waiting, ended, theirs = desk.join(), desk.join(), desk.join(tenant_id=desk.there)
    desk.end(ended.id, BY_SEEKER)
    for conversation in (waiting, ended):
        _write(desk, conversation, 2)
    _write(desk, theirs, 2, desk.there)

    def left(session: TenantSession) -> list[int | None]:
        models = (Conversation, Stream, StreamEntry)
        return [session.scalar(select(func.count()).select_from(model)) for model in models]

    assert desk.do(erase_conversations) == 2
    assert desk.do(left) == [0, 0, 0]
    assert desk.do(left, desk.there) == [1, 1, 2]


def test_what_is_kept_of_one_helper_is_handed_over_and_erased_alone(desk: Desk) -> None:
    noor, ben = desk.helper("Noor"), desk.helper("Ben")
    hers, his, waiting = desk.join(), desk.join(), desk.join()
    for conversation, helper in ((hers, noor), (his, ben)):
        desk.take(conversation.id, helper)
        _write(desk, conversation, 2)
    at = desk.clock()
    rows = desk.do(lambda session: list(export_helper(session, noor.id)))
    assert rows == [{"helper": "Noor", "state": "talking", "taken_at": at, "ended_at": None}]
    assert desk.do(lambda session: erase_helper(session, noor.id)) == 1
    assert desk.read(hers.id) is None
    assert desk.do(lambda session: session.scalar(select(func.count()).select_from(StreamEntry))) == 2
    assert [desk.read(one.id) is not None for one in (his, waiting)] == [True, True]


def test_what_is_declared_as_personal_is_forgotten_by_the_clock() -> None:
    forgotten = {model for rule in RULES for model in rule.models}
    assert {model for kind in PERSONAL_DATA for model in kind.models} == forgotten == {Conversation}
    assert all(rule.keep <= timedelta(minutes=30) for rule in RULES)
