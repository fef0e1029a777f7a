"""Notices who holds up the loop of the sockets: a handler that sleeps there keeps every conversation waiting.

Nothing can end such a step, so the watch does what can be done: it sees, from a thread of its own, that the loop has
had no turn for a while, and that one and the same call of a plugin was at work all along. That plugin rests from then
on. Only looks that really happened count, so a machine that stood still for a while accuses nobody.
"""

import asyncio
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

EVERY = 0.5
"""Seconds between two looks."""
LOOKS = 5
"""So many looks in a row must find the same call at work: two seconds, and a bit."""
LONG_LOOKS = 21
"""After so many it is told again: ten seconds, and a bit. By then browsers are about to give the line up."""

Holder = tuple[str, FrameType]


class LoopWatch:
    """Watches one loop, as long as it runs."""

    def __init__(self, folders: Mapping[str, Path], tell: Callable[[str, float], None]) -> None:
        """`folders`: where each plugin's code lies. `tell(plugin, seconds)` is called in the watching thread."""
        self._folders = {name: f"{folder}/" for name, folder in folders.items()}
        self._tell = tell
        self._turn, self._stopping = threading.Event(), threading.Event()
        self._holder: Holder | None = None
        self._looks = 0

    def start(self) -> None:
        """Begins to watch the running loop."""
        self._loop, self._watched = asyncio.get_running_loop(), threading.get_ident()
        self._turn.set()
        threading.Thread(target=self._run, name="loop watch", daemon=True).start()

    def stop(self) -> None:
        """Watches no more."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(EVERY):
            try:
                self._look()
            except RuntimeError:  # the loop has ended
                return

    def _look(self) -> None:
        if self._turn.is_set():
            self._turn.clear()
            self._holder, self._looks = None, 0
            self._loop.call_soon_threadsafe(self._turn.set)
            return
        holder = self._find_holder()
        same = holder is not None and self._holder is not None and holder[1] is self._holder[1]
        self._holder, self._looks = holder, self._looks + 1 if same else 1
        if holder is not None and self._looks in (LOOKS, LONG_LOOKS):
            self._tell(holder[0], EVERY * self._looks)

    def _find_holder(self) -> Holder | None:
        """The outermost call of a plugin that the loop's thread is in, if it is in one."""
        found: Holder | None = None
        frame = sys._current_frames().get(self._watched)  # noqa: SLF001 - the one way to see another thread
        while frame is not None:
            filename = frame.f_code.co_filename
            for name, folder in self._folders.items():
                if filename.startswith(folder):
                    found = (name, frame)
            frame = frame.f_back
        return found
