"""How much one file of the program may write to the log: code that complains in a loop must not fill the disk."""

import threading
import time
from collections.abc import Callable
from typing import Literal

MOST = 600
"""Lines of one file in one minute; more are left out until it is over."""
MINUTE = 60.0
SENTENCE = "too many lines come from this file: the next are left out until a minute has passed"
"""Stands in the log in place of what is left out."""

Say = Literal["it", "that it is too much", "nothing"]


class LogFlood:
    """Counts lines by file. Any thread may ask."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds that only go forward."""
        self._clock = clock
        self._minutes: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def begin_anew(self) -> None:
        """Forgets what was counted."""
        self._minutes.clear()

    def ask(self, file: str) -> Say:
        """What may be said for one more line of this file."""
        now = self._clock()
        with self._lock:
            began, count = self._minutes.get(file, (now, 0))
            if now - began >= MINUTE:
                began, count = now, 0
            self._minutes[file] = (began, count + 1)
        if count < MOST:
            return "it"
        return "that it is too much" if count == MOST else "nothing"
