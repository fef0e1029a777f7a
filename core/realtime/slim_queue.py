"""A small queue: asyncio's own keeps four deques, which is 3 KB, and each socket has two queues."""

import asyncio
from typing import Any


class SlimQueue:
    """What is put is got once, in order. It has no bound; the outgoing queue has (`BoundedQueue`)."""

    __slots__ = ("_items", "_readers")

    def __init__(self) -> None:
        """Empty."""
        self._items: list[Any] = []
        self._readers: list[asyncio.Future[None]] = []

    def qsize(self) -> int:
        """How much waits."""
        return len(self._items)

    def empty(self) -> bool:
        """Whether nothing waits."""
        return not self._items

    def put_nowait(self, item: Any) -> None:
        """Adds something, and wakes a reader."""
        self._items.append(item)
        self._wake()

    async def get(self) -> Any:
        """The next thing, as soon as there is one."""
        while not self._items:
            reader = asyncio.get_running_loop().create_future()
            self._readers.append(reader)
            try:
                await reader
            except asyncio.CancelledError:
                if reader in self._readers:
                    self._readers.remove(reader)
                elif self._items:
                    self._wake()
                raise
        return self._items.pop(0)

    def get_nowait(self) -> Any:
        """The next thing. Raises asyncio.QueueEmpty where there is none."""
        if not self._items:
            raise asyncio.QueueEmpty
        return self._items.pop(0)

    def task_done(self) -> None:
        """Said by whoever got something; nobody waits for it here."""

    def _wake(self) -> None:
        while self._readers:
            reader = self._readers.pop(0)
            if not reader.done():
                reader.set_result(None)
                return
