"""What a measurement asks of a system, whichever it is: conversations of two sides, and messages with numbers."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bench.talk.line import Broken, Loop
from bench.talk.machine import Programs

DELIVERED, ACKED, ARRIVED = 1, 2, 4
"""What is told of a message: the other side read it; the server has it; the sender read that it arrived."""

Told = Callable[[int, int, float], None]
"""Which of the three, of the message with which number, when."""

TEXT = secrets.token_hex(128).encode()
"""256 bytes, as long as every short message is once it is padded."""


class Side(Protocol):
    """One end of a conversation, with a socket of its own."""

    told: Told

    def write(self, number: int) -> None:
        """Sends the message with this number."""
        ...


Pair = tuple[Side, Side]


class System(Protocol):
    """A server under measurement."""

    name: str
    complete: int
    """All that must be told of a message until it is done."""
    programs: Programs

    def start(self) -> None:
        """Starts its programs and waits until they answer."""
        ...

    def stop(self) -> None:
        """Ends them."""
        ...

    def open(self, loop: Loop, count: int) -> list[Pair]:
        """So many more conversations, all sockets open and ready to write."""
        ...

    def close(self) -> None:
        """Closes all sockets."""
        ...


@dataclass(slots=True)
class Opening:
    """Opens many sockets, a few at a time."""

    loop: Loop
    at_a_time: int = 20
    _going_on: int = 0
    _done: int = 0

    def all(self, begin: Sequence[Callable[[Callable[[], None]], None]], patience: float = 300.0) -> None:
        """Calls each of `begin` with a function that it must call when it is ready. Raises Broken after `patience`."""
        waiting = list(reversed(begin))
        self._done = 0

        def ready() -> None:
            self._done += 1
            self._going_on -= 1
            fill()

        def fill() -> None:
            while waiting and self._going_on < self.at_a_time:
                self._going_on += 1
                waiting.pop()(ready)

        fill()
        if not self.loop.run_until(lambda: self._done == len(begin), patience):
            raise Broken(f"only {self._done} of {len(begin)} were ready within {patience:.0f} seconds")
