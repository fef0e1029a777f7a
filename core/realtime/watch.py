"""What looks after the sockets of one kind of person, time and again, as long as the process lives."""

import asyncio
from abc import ABC, abstractmethod
from collections import defaultdict
from typing import ClassVar
from uuid import UUID

import structlog

from core.realtime.call import Connection, RealtimeContext

log = structlog.get_logger("luwte.realtime")

EVERY = 2.0
"""Seconds between two looks. A look is one query per organisation that somebody is connected to."""


class Watch(ABC):
    """Compares sockets with what the database says now."""

    subject: ClassVar[str]
    """Whose sockets: "seeker" or "staff"."""
    trouble: ClassVar[str]
    """What the log says when a look failed."""

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

    @abstractmethod
    async def look(self) -> None:
        """Looks once."""

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look()
            except Exception as error:  # the database may be away for a moment; the next look sees it again
                log.warning(self.trouble, exc_info=error)

    def _by_tenant(self) -> dict[UUID, list[Connection]]:
        grouped: dict[UUID, list[Connection]] = defaultdict(list)
        for connection in list(self._context.connections.values()):
            if connection.identity.subject == self.subject:
                grouped[connection.identity.tenant_id].append(connection)
        return grouped
