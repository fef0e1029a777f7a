"""P5 for the chat: ten minutes after the end a conversation is in no file, no log and no backup."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from core.api import KeyRing, Stream, StreamEntry, TenantSession
from core.testing.clocks import FixedClock
from core.testing.installations import make_installation
from core.testing.leftovers import Leftovers, leftovers_of
from core.testing.organisations import TwoTenants

from ..models import BY_SEEKER, Conversation
from .desk import Desk

pytestmark = pytest.mark.promise_p5


@pytest.fixture
def look(configuration: Any, tenants: TwoTenants) -> Iterator[Leftovers]:
    installation = make_installation(configuration, FixedClock(datetime.now(UTC)))
    with leftovers_of(installation) as found:
        yield found
    installation.engine.dispose()


def test_a_conversation_is_nowhere_ten_minutes_after_its_end(
    look: Leftovers, tenants: TwoTenants, tmp_path: Path, promise_report: Callable[[str], None]
) -> None:
    clock: Any = look.installation.clock
    desk = Desk(look.installation.engine, clock, KeyRing(tmp_path / "keys"), tenants.a.id, tenants.b.id)
    canaries = [os.urandom(24) for _ in range(3)]
    seeker = os.urandom(32).hex()
    row = desk.join(seeker)

    def talk(session: TenantSession) -> None:
        for seq, canary in enumerate(canaries, start=1):
            values = {"stream_id": row.stream_id, "sender": "seeker", "kind": "message", "version": 1}
            session.add(StreamEntry(client_id=UUID(int=seq), seq=seq, body=canary, at=clock(), **values))

    desk.do(talk)
    desk.take(row.id, desk.helper())
    look.back_up(tmp_path / "in-the-middle.backup")
    for canary in (*canaries, seeker.encode()):
        places = look.hits(canary)
        assert places, "the search finds what is there"
        assert not any("backup" in place for place in places), "no backup holds a conversation"
    desk.end(row.id, BY_SEEKER)
    clock.advance(minutes=10, microseconds=-1)
    look.forget()
    assert look.hits(canaries[0])
    clock.advance(microseconds=1)
    assert look.forget() == 1

    def count(session: TenantSession) -> list[int]:
        models = (Conversation, Stream, StreamEntry)
        return [session.scalar(select(func.count()).select_from(model)) or 0 for model in models]

    assert desk.do(count) == [0, 0, 0]
    if look.installation.engine.dialect.name == "sqlite":
        assert [place for canary in (*canaries, seeker.encode()) for place in look.hits(canary)] == []
        where = "in all files, log and backups"
    else:
        assert [name for name, content in look.backups() for canary in canaries if canary in content] == []
        where = "in backups (in the server's files its own housekeeping decides when sealed bytes are written over)"
    promise_report(
        f"{look.installation.engine.dialect.name}: {len(canaries)} messages of a conversation, found before ten "
        f"minutes after its end; after it 0 rows, 0 hits {where}"
    )
