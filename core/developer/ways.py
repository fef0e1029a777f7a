"""What is remembered of a request: names of code, statements without values, times. Nothing of who asked, or for what.

No address, no cookie, no path (a route's pattern at most), no parameter, and not when: the order is enough.
"""

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

KEPT = 50
"""Requests that are remembered; the oldest goes first."""
STEPS = 200
"""Statements and calls that are remembered of one request; of those beyond it the number only."""

Kind = Literal["view", "template", "sql", "hook"]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done for a request: a view or template, one statement, one hook of one plugin."""

    kind: Kind
    name: str
    began: float
    """By a clock that only measures; it does not tell the time."""
    ended: float
    services: tuple[str, ...] = ()
    """The functions of services that were at work at that moment, the outermost first."""
    error: str = ""
    """The kind of what it raised, never its words."""

    @property
    def milliseconds(self) -> float:
        """How long it took."""
        return 1000 * (self.ended - self.began)


@dataclass(slots=True)
class Way:
    """One request, or one attempt at it, from its first step to its last."""

    began: float
    method: str = ""
    route: str = ""
    pattern: str = ""
    place: str = ""
    tenant: str = ""
    attempt: int = 1
    status: int = 0
    ended: float = 0.0
    steps: list[Step] = field(default_factory=list)
    """In the order in which they ended."""
    not_kept: int = 0
    """Statements and calls beyond the first `STEPS`."""

    @property
    def milliseconds(self) -> float:
        """How long it took in all."""
        return 1000 * (self.ended - self.began)

    def add(self, step: Step) -> None:
        """Remembers a step. A view or template always: there are few, and what they did stands within them."""
        if len(self.steps) >= STEPS and step.kind in ("sql", "hook"):
            self.not_kept += 1
        else:
            self.steps.append(step)

    def number(self, kind: Kind) -> int:
        """How many steps of a kind are remembered."""
        return sum(step.kind == kind for step in self.steps)


class Ways:
    """The last ways of a process. In memory only; they go with it."""

    def __init__(self) -> None:
        """Empty."""
        self._ways: deque[Way] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def add(self, way: Way) -> None:
        """Remembers one; it does not change any more."""
        with self._lock:
            self._ways.append(way)

    def latest(self) -> tuple[Way, ...]:
        """All that are remembered, the newest first."""
        with self._lock:
            return tuple(reversed(self._ways))
