"""How much one socket may say: a bucket of events that fills up again steadily."""

import time
from collections.abc import Callable

BURST = 1500
"""Events at once: everything that a page can have kept while its network was away, with room to spare."""
PER_SECOND = 20.0
"""Events a second that may go on for ever: far more than two hands can type."""


class Allowance:
    """The bucket of one socket. A monotonic clock fills it, so that a changed wall clock does nothing."""

    def __init__(
        self, burst: int = BURST, per_second: float = PER_SECOND, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Starts full. `clock` gives seconds that only go forward."""
        self._burst = burst
        self._per_second = per_second
        self._clock = clock
        self._left = float(burst)
        self._at = clock()

    def take(self) -> bool:
        """Takes one event; False when the bucket is empty and the event is refused."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
