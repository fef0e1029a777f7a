"""Ends the sockets of staff whose session was ended, locked or lost its roles elsewhere."""

from datetime import datetime
from functools import partial
from uuid import UUID

from core.identity.services.sessions import TOUCH_EVERY, staff_of_sessions, touch_all
from core.realtime.call import Connection, RealtimeContext
from core.realtime.watch import Watch


class StaffWatch(Watch):
    """Compares the sockets of staff with their sessions, as long as the process lives."""

    subject, trouble = "staff", "staff watch failed"

    def __init__(self, context: RealtimeContext) -> None:
        """Starts with `start`."""
        super().__init__(context)
        self._touched: dict[UUID, datetime] = {}

    async def look(self) -> None:
        """Refreshes what each staff socket may do, and closes those whose session is over."""
        for tenant_id, connections in self._by_tenant().items():
            now = self._context.installation.clock()
            await self._touch(tenant_id, connections, now)
            ask = partial(staff_of_sessions, session_ids=_sessions_of(connections), now=now)
            found = await self._context.database(tenant_id, ask, writes=False)
            for connection in connections:
                session_id = connection.identity.session_id
                connection.staff = found.get(session_id) if session_id else None
                if connection.staff is None:
                    await self._context.sockets.disconnect(connection.sid)

    async def _touch(self, tenant_id: UUID, connections: list[Connection], now: datetime) -> None:
        """Whoever talks in a chat is at work: their screen must not lock in the middle of a conversation."""
        if tenant_id in self._touched and now < self._touched[tenant_id] + TOUCH_EVERY:
            return
        self._touched[tenant_id] = now
        spoke = [connection for connection in connections if connection.spoke]
        for connection in spoke:
            connection.spoke = False
        if spoke:
            mark = partial(touch_all, session_ids=_sessions_of(spoke), now=now)
            await self._context.database(tenant_id, mark)


def _sessions_of(connections: list[Connection]) -> set[UUID]:
    return {it.identity.session_id for it in connections if it.identity.session_id is not None}
