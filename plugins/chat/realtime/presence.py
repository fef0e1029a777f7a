"""Which sockets are in which conversation. What the database says of it follows, one step at a time."""

import asyncio
from collections import defaultdict
from collections.abc import MutableMapping
from functools import partial
from uuid import UUID
from weakref import WeakValueDictionary

from core.api import RealtimeContext

from ..services.presence import mark_absent, mark_present


class Presence:
    """The pages of help seekers and helpers that are open in this process."""

    def __init__(self, context: RealtimeContext) -> None:
        """Nobody is there."""
        self._context = context
        self._pages: dict[UUID, set[str]] = defaultdict(set)
        self._helpers: dict[UUID, set[str]] = defaultdict(set)
        self._settling: MutableMapping[UUID, asyncio.Lock] = WeakValueDictionary()

    def seeker_comes(self, conversation_id: UUID, sid: str) -> None:
        """A page of the help seeker's. Call `settle` after it."""
        self._pages[conversation_id].add(sid)

    def seeker_goes(self, conversation_id: UUID, sid: str) -> bool:
        """That page is gone; whether it was the last one. Call `settle` after it."""
        return _take_out(self._pages, conversation_id, sid)

    def helper_comes(self, conversation_id: UUID, sid: str) -> bool:
        """A page of the helper's; whether it is the first one."""
        first = not self.helper_is_here(conversation_id)
        self._helpers[conversation_id].add(sid)
        return first

    def helper_goes(self, conversation_id: UUID, sid: str) -> bool:
        """That page is gone; whether it was the last one."""
        return _take_out(self._helpers, conversation_id, sid)

    def helper_is_here(self, conversation_id: UUID) -> bool:
        """Whether the helper has a page open."""
        return bool(self._helpers.get(conversation_id))

    async def settle(self, tenant_id: UUID, conversation_id: UUID) -> bool | None:
        """Lets the database say whether the help seeker is there. The new answer when it had said otherwise, else None.

        A page that is reloaded goes and comes at the same moment, and transactions overtake each other: so each looks
        who is there only when it is its turn, and the last one has the last word.
        """
        lock = self._settling.setdefault(conversation_id, asyncio.Lock())
        async with lock:
            here = bool(self._pages.get(conversation_id))
            now = self._context.installation.clock()
            mark = mark_present if here else partial(mark_absent, now=now)
            changed = await self._context.database(
                tenant_id, partial(mark, conversation_id=conversation_id), writes=False
            )
        return here if changed else None


def _take_out(sockets: dict[UUID, set[str]], conversation_id: UUID, sid: str) -> bool:
    """Takes a socket out; whether it was there, and nobody is left."""
    there = sockets.get(conversation_id, set())
    if sid not in there:
        return False
    there.discard(sid)
    if not there:
        del sockets[conversation_id]
    return not there
