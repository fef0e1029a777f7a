"""Ends a child process that takes too long: at its limit, and on SQLite when it keeps others from writing."""

import signal
import time
from typing import Any

from sqlalchemy import Engine, event

from core.database.engine import BEGIN_TO_WRITE

MOST_WRITING = 3.0
"""Seconds that a child may hold SQLite's write lock, which all share: less than others wait for it."""


class Alarm:
    """The child's own clock. The signal's default ends the process, whatever the plugin's code is at."""

    def __init__(self, engine: Engine) -> None:
        """Watches the transactions of an engine. One per process: there is one such timer."""
        self._until = 0.0
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "after_cursor_execute", self._after_statement)
            event.listen(engine, "commit", self._done_writing)
            event.listen(engine, "rollback", self._done_writing)

    def set(self, seconds: float) -> None:
        """Ends the process after so many seconds."""
        self._until = time.monotonic() + seconds
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def stop(self) -> None:
        """The piece of work is done in time."""
        self._until = 0.0
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _after_statement(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement == BEGIN_TO_WRITE and self._until:
            signal.setitimer(signal.ITIMER_REAL, min(MOST_WRITING, self._left()))

    def _done_writing(self, _connection: Any) -> None:
        if self._until:
            signal.setitimer(signal.ITIMER_REAL, self._left())

    def _left(self) -> float:
        # Never 0, which would switch the timer off.
        return max(0.001, self._until - time.monotonic())
