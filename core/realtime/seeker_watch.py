"""Ends the sockets of browser sessions that got a time-out, whichever process gave it."""

import asyncio
from collections import defaultdict
from uuid import UUID

import structlog

from core.anonymity.time_outs import refused_sessions, session_digest
from core.realtime.call import Connection, RealtimeContext

log = structlog.get_logger("luwte.realtime")

EVERY = 2.0
"""Seconds between two looks. A look is one query per organisation that somebody is connected to."""


class SeekerWatch:
    """Compares the sockets of help seekers with the time-outs of now, as long as the process lives.

    Where a time-out is given, its sockets are closed at once; this is for the other processes.
    """

    def __init__(self, context: RealtimeContext) -> None:
        """Starts with `start`."""
        self._context = context
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to watch, in the running loop."""
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        """Ends the watch."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look()
            except Exception as error:  # the database may be away for a moment; the next look sees it again
                log.warning("seeker watch failed", exc_info=error)

    async def look(self) -> None:
        """Closes each socket whose session has a time-out."""
        now, keys = self._context.installation.clock(), self._context.installation.keys
        for tenant_id, connections in self._seekers_by_tenant().items():
            refused = await self._context.database(
                tenant_id, lambda session: refused_sessions(session, now), writes=False
            )
            for connection in connections if refused else ():
                if session_digest(keys, tenant_id, connection.identity.key) in refused:
                    await self._context.sockets.disconnect(connection.sid)

    def _seekers_by_tenant(self) -> dict[UUID, list[Connection]]:
        grouped: dict[UUID, list[Connection]] = defaultdict(list)
        for connection in list(self._context.connections.values()):
            if connection.identity.subject == "seeker":
                grouped[connection.identity.tenant_id].append(connection)
        return grouped
