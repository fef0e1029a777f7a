"""Who is there, when pages come and go faster than the database writes it down."""

import asyncio
from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from core.api import RealtimeContext, TenantSession

from ..realtime.presence import Presence
from ..services.presence import mark_absent
from .desk import Desk


class _Slow:
    """A realtime process whose transactions wait until they are let go: a later one may then overtake an earlier."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.installation = self
        self.clock = desk.clock
        self.waiting: list[asyncio.Event] = []

    async def database(self, tenant_id: UUID, work: Callable[[TenantSession], Any], *, writes: bool = True) -> Any:
        """Runs `work` once its turn is given."""
        turn = asyncio.Event()
        self.waiting.append(turn)
        await turn.wait()
        return self._desk.do(work, tenant_id)

    async def let_go(self, *tasks: "asyncio.Task[Any]") -> None:
        """Lets the latest transaction go first, until all work is done."""
        while not all(task.done() for task in tasks):
            if self.waiting:
                self.waiting.pop().set()
            await asyncio.sleep(0)


def _presence(desk: Desk) -> tuple[Presence, _Slow]:
    slow = _Slow(desk)
    return Presence(cast(RealtimeContext, slow)), slow


def test_a_reload_whose_transactions_overtake_each_other_ends_as_there(desk: Desk) -> None:
    async def work() -> None:
        conversation = desk.join().id
        presence, slow = _presence(desk)
        presence.seeker_comes(conversation, "old")
        presence.seeker_goes(conversation, "old")
        going = asyncio.create_task(presence.settle(desk.here, conversation))
        await asyncio.sleep(0)
        presence.seeker_comes(conversation, "new")
        coming = asyncio.create_task(presence.settle(desk.here, conversation))
        await asyncio.sleep(0)
        await slow.let_go(going, coming)
        stored = desk.read(conversation)
        assert stored is not None
        assert stored.absent_since is None

    asyncio.run(work())


def test_a_page_that_went_before_its_turn_is_away(desk: Desk) -> None:
    async def work() -> None:
        conversation = desk.join().id
        presence, slow = _presence(desk)
        presence.seeker_comes(conversation, "only")
        coming = asyncio.create_task(presence.settle(desk.here, conversation))
        await asyncio.sleep(0)
        presence.seeker_goes(conversation, "only")
        going = asyncio.create_task(presence.settle(desk.here, conversation))
        await asyncio.sleep(0)
        await slow.let_go(coming, going)
        assert [coming.result(), going.result()] == [None, False]
        stored = desk.read(conversation)
        assert stored is not None
        assert stored.absent_since == desk.clock()

    asyncio.run(work())


def test_what_is_no_news_is_not_told(desk: Desk) -> None:
    conversation = desk.join().id
    assert desk.do(lambda session: mark_absent(session, conversation, desk.clock()))
    assert not desk.do(lambda session: mark_absent(session, conversation, desk.clock()))
