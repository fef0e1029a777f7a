"""Whose turn comes later is shown to the helpers when it comes, though nothing else happens."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from ..realtime.queue_news import QueueNews, helpers_view, next_turn, places_of
from ..services.find import Waiter

NOW = datetime(2026, 11, 17, 15, 30, tzinfo=UTC)


def waiter(seconds: float, now: datetime = NOW) -> Waiter:
    return Waiter(uuid4(), now + timedelta(seconds=seconds), False, None)


def test_a_turn_that_comes_later_is_not_shown_yet_and_keeps_its_place() -> None:
    rows = [waiter(-60), waiter(0), waiter(90)]
    view = helpers_view(rows, NOW)
    assert view["total"] == 2
    assert [one["conversation"] for one in view["waiting"]] == [str(row.id) for row in rows[:2]]
    assert list(places_of(rows).values()) == [0, 1, 2]
    assert next_turn(rows, NOW) == 90
    assert next_turn(rows[:2], NOW) is None


async def test_helpers_are_told_when_the_turn_comes() -> None:
    row, told, shown = waiter(0.2, datetime.now(UTC)), [], asyncio.Event()

    class Context:
        installation = SimpleNamespace(clock=lambda: datetime.now(UTC))

        async def database(self, tenant_id: UUID, work: Callable[[Any], Any], *, writes: bool) -> list[Waiter]:
            return [row]

        async def emit(self, tenant_id: UUID, room: str, event: str, payload: dict[str, Any]) -> None:
            if event == "chat.queue":
                told.append(payload["total"])
                if payload["total"]:
                    shown.set()

    QueueNews(Context()).changed(uuid4())  # type: ignore[arg-type]  # stands in for the process
    await asyncio.wait_for(shown.wait(), 60)
    assert told == [0, 1]
