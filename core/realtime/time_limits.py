"""A limit for many short pieces of work: asyncio's own sets up and takes down a timer for each."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

EVERY = 1.0
"""Seconds between two looks at what still goes on: a limit is this exact."""


class TimeLimits:
    """Which tasks are at work and since when; the oldest come first. Used in one event loop."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        """`seconds`: how long each may take."""
        self._seconds = seconds
        self._since: dict[asyncio.Task[Any], float] = {}
        self._overdue: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begins to look."""
        self._timer = asyncio.get_running_loop().call_later(EVERY, self._look)

    def stop(self) -> None:
        """Looks no more."""
        if self._timer is not None:
            self._timer.cancel()

    @contextmanager
    def limited(self) -> Iterator[None]:
        """The current task is at work. Raises TimeoutError in it when it takes too long."""
        task = _this_task()
        self._since[task] = asyncio.get_running_loop().time()
        try:
            yield
        except asyncio.CancelledError:
            if task not in self._overdue:
                raise
            task.uncancel()
            raise TimeoutError from None
        finally:
            del self._since[task]
            self._overdue.discard(task)

    def _look(self) -> None:
        now = asyncio.get_running_loop().time()
        for task, since in list(self._since.items()):
            if now - since <= self._seconds():
                break
            self._overdue.add(task)
            task.cancel()
        self.start()


def _this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("only a task has a time limit")
    return task
