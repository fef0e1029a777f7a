"""The journal: the only writer of stream entries. Many senders, one thread, one commit per group.

A sender's handler puts its entry into the queue before its first `await`, so entries keep the order in which a socket
sent them. While one group commits the next one gathers: a busy moment makes larger groups instead of a longer wait.
Who writes in a quiet moment is written at once; those who write while a screen shows one frame go together.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from sqlalchemy import Engine

from core.clock import Clock
from core.realtime.journal_writer import Entry, JournalRefused, JournalWriter, Outcome, Receipt

log = structlog.get_logger("luwte.journal")

QUEUE_SIZE = 4096
"""Entries that may wait for the database before senders are told to try again."""
GROUP_SIZE = 128
"""Entries in one commit at most."""
REST = 0.016
"""Seconds from one commit's beginning to the next one's, unless a whole group waits: a commit costs far more than an
entry, and nobody sees one frame of a screen."""


@dataclass(slots=True)
class _Waiting:
    entry: Entry
    future: "asyncio.Future[Receipt]"


class Journal:
    """A thread with a bounded queue that writes entries in groups. One per process."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        """Nothing is written until `start`."""
        self._writer = JournalWriter(engine, clock)
        # Nobody waits for a lock to put something in; the bound is looked at by the one thread that does.
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._entering = threading.Lock()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Writes what waits, then ends the thread. What comes later is refused as `busy`."""
        with self._entering:
            if self._stopping:
                return
            self._stopping = True
        self._queue.put(None)
        self._thread.join()
        self._writer.close()

    def waiting(self) -> int:
        """Entries that wait for the database."""
        return self._queue.qsize()

    def submit(self, entry: Entry) -> "asyncio.Future[Receipt]":
        """Queues an entry from the event loop, without waiting. The future gives its receipt once it is committed.

        The future fails with JournalRefused: `busy` (the queue is full, or the process stops), `ended`,
        `client_id_reused`, or `failed` (the database did not take it; the sender may try again).
        """
        future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        with self._entering:
            taken = not self._stopping and self._queue.qsize() < QUEUE_SIZE
            if taken:
                self._queue.put(_Waiting(entry, future))
        if not taken:
            future.set_exception(JournalRefused("busy"))
        return future

    def _run(self) -> None:
        began = 0.0
        while (first := self._queue.get()) is not None:
            self._rest(began)
            began = time.monotonic()
            group, ended = self._gather(first)
            outcomes = self._writer.write([waiting.entry for waiting in group])
            _tell(group, outcomes)
            if ended:
                return

    def _rest(self, began: float) -> None:
        """Lets others join the group, where the last one began a moment ago."""
        left = began + REST - time.monotonic()
        if left > 0 and not self._stopping and self._queue.qsize() < GROUP_SIZE:
            time.sleep(left)

    def _gather(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        group = [first]
        while len(group) < GROUP_SIZE:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                break
            if waiting is None:
                return group, True
            group.append(waiting)
        return group, False


def _tell(group: list[_Waiting], outcomes: Iterable[Outcome]) -> None:
    """Settles a group's futures in order, with one wake-up of the loop per group."""
    loop = group[0].future.get_loop()
    settled = [(waiting.future, outcome) for waiting, outcome in zip(group, outcomes, strict=True)]

    def settle() -> None:
        for future, outcome in settled:
            if future.cancelled():
                continue
            if isinstance(outcome, Receipt):
                future.set_result(outcome)
            else:
                future.set_exception(outcome)

    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:  # the loop ended while the group was committed: its clients resume and find their entries
        log.info("journal settled after the loop")


__all__ = ["Entry", "Journal", "JournalRefused", "Receipt"]
