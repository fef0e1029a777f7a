"""Tells the queue: helpers see who waits, seekers their place. At most once a second, and only what changed."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from core.api import RealtimeContext

from ..services.find import Waiter, waiting

log = structlog.get_logger("luwte.chat")

PAUSE = 1.0
"""Seconds between two tellings to one organisation."""
SHOWN = 50
"""How many of those who wait the helpers' list holds; the total is told besides. Who is there goes first."""
HELPERS = "chat.helpers"
"""The room of all helpers of an organisation."""


class QueueNews:
    """Gathers changes of the queue for each organisation and tells them."""

    def __init__(self, context: RealtimeContext) -> None:
        """One per process."""
        self._context = context
        self._changed: set[UUID] = set()
        self._telling: dict[UUID, asyncio.Task[None]] = {}
        self._places: dict[UUID, dict[UUID, int]] = {}
        self._turns: dict[UUID, asyncio.TimerHandle] = {}

    def changed(self, tenant_id: UUID) -> None:
        """The queue of an organisation is not what it was. Told at once when the last telling was a second ago."""
        self._changed.add(tenant_id)
        if tenant_id not in self._telling:
            self._telling[tenant_id] = asyncio.create_task(self._keep_telling(tenant_id))

    async def _keep_telling(self, tenant_id: UUID) -> None:
        try:
            while tenant_id in self._changed:
                self._changed.discard(tenant_id)
                await self._tell(tenant_id)
                await asyncio.sleep(PAUSE)
        finally:
            del self._telling[tenant_id]

    async def _tell(self, tenant_id: UUID) -> None:
        try:
            rows = await self._context.database(tenant_id, waiting, writes=False)
        except Exception as error:  # the next change tells it; a failure here must not end the telling for good
            log.warning("queue not told", exc_info=error)
            return
        now = self._context.installation.clock()
        await self._context.emit(tenant_id, HELPERS, "chat.queue", helpers_view(rows, now))
        self._tell_again_at(tenant_id, next_turn(rows, now))
        places = places_of(rows)
        known = self._places.get(tenant_id, {})
        for conversation_id, ahead in places.items():
            if known.get(conversation_id) != ahead:
                room = f"chat.conversation.{conversation_id.hex}"
                await self._context.emit(tenant_id, room, "chat.place", {"ahead": ahead})
        self._places[tenant_id] = places

    def _tell_again_at(self, tenant_id: UUID, seconds: float | None) -> None:
        """Somebody's turn comes later: helpers see them then, though nothing else changes."""
        if tenant_id in self._turns:
            self._turns.pop(tenant_id).cancel()
        if seconds is not None:
            loop = asyncio.get_running_loop()
            self._turns[tenant_id] = loop.call_later(seconds, self.changed, tenant_id)


def next_turn(rows: Sequence[Waiter], now: datetime) -> float | None:
    """Seconds until the next of those who have their turn later; None when there is nobody."""
    later = [(row.joined_at - now).total_seconds() for row in rows if row.joined_at > now]
    return min(later, default=None)


def places_of(rows: Sequence[Waiter]) -> dict[UUID, int]:
    """For each who waits how many are before them. Who is away is passed over, and keeps the place."""
    places, ahead = {}, 0
    for row in rows:
        places[row.id] = ahead
        ahead += row.absent_since is None
    return places


def helpers_view(rows: Sequence[Waiter], now: datetime) -> dict[str, Any]:
    """What helpers see of the queue: since when each waits, danger, whether the page is there. No name.

    Whose turn comes later is not in it yet.
    """
    rows = [row for row in rows if row.joined_at <= now]
    return {
        "total": sum(row.absent_since is None for row in rows),
        "waiting": [
            {
                "conversation": str(row.id),
                "waited": int((now - row.joined_at).total_seconds()),
                "danger": bool(row.danger),
                "present": row.absent_since is None,
            }
            for row in _shown(rows)
        ],
    }


def _shown(rows: Sequence[Waiter]) -> list[Waiter]:
    """In the order of the queue; many who came and went away never push somebody who is there off the list."""
    first = sorted(rows, key=lambda row: row.absent_since is not None)[:SHOWN]
    shown = {row.id for row in first}
    return [row for row in rows if row.id in shown]
