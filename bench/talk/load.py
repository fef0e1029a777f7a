"""Messages: so many a second, or as many as the server takes; and how long each took from write to read."""

import gc
import random
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter

from bench.talk.line import Broken, Loop
from bench.talk.talk import DELIVERED, Pair, Side, System

LAG_MS = 5.0
"""A client that is later than this for its own sends measures itself: the run is void."""
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One stretch of messages."""

    messages: int
    seconds: float
    cpu_us: float
    """Processor time of all server processes for one message, the idle server's subtracted, in microseconds."""
    p50_ms: float
    p95_ms: float
    p99_ms: float
    lag_ms: float
    """How late the client was for its sends, at the 99th of a hundred."""

    @property
    def per_second(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds

    @property
    def void(self) -> bool:
        """Whether the client was too slow for this to say anything about the server."""
        return self.lag_ms > LAG_MS


class Traffic:
    """Messages between the sides of many conversations, each followed until all is told of it."""

    def __init__(self, loop: Loop, system: System, pairs: list[Pair]) -> None:
        """Listens to all sides from now on."""
        self._loop, self._system = loop, system
        self._sides: list[Side] = [side for pair in pairs for side in pair]
        for side in self._sides:
            side.told = self._told
        self._number = random.SystemRandom().randrange(2**24) << 20  # no message of an earlier run has it
        self._open: dict[int, tuple[float, int]] = {}
        self._took: list[float] = []
        self._done = 0
        self._in_flight: int = 0
        self._to_write = 0
        self._turn = 0

    def idle(self, seconds: float) -> float:
        """Processor seconds a second that the servers take with nothing to relay."""
        before = self._system.programs.seconds()
        self._loop.run_for(seconds)
        return (self._system.programs.seconds() - before) / seconds

    def steady(self, messages: int, per_second: float, idle: float) -> Measured:
        """So many messages, evenly, each on the next side in an order by chance."""
        self._begin(0, 0)
        start = perf_counter() + 0.01
        for number in range(messages):
            self._loop.at(start + number / per_second, self._write_next)
        return self._measured(messages, idle)

    def saturated(self, messages: int, in_flight: int, idle: float) -> Measured:
        """So many messages, always `in_flight` on their way: when one is done the next is written."""
        self._begin(messages - in_flight, in_flight)
        for _ in range(in_flight):
            self._write_next()
        return self._measured(messages, idle)

    def _begin(self, to_write: int, in_flight: int) -> None:
        random.shuffle(self._sides)
        self._took, self._done, self._to_write, self._in_flight = [], 0, to_write, in_flight
        self._loop.lags = []
        gc.collect()
        gc.freeze()
        gc.disable()

    def _measured(self, messages: int, idle: float) -> Measured:
        programs, began = self._system.programs, perf_counter()
        before = programs.seconds()
        try:
            if not self._loop.run_until(lambda: self._done == messages, PATIENCE + messages / 20):
                raise Broken(f"{self._system.name}: {self._done} of {messages} messages were told of in time")
        finally:
            gc.enable()
        seconds = perf_counter() - began
        used = programs.seconds() - before - idle * seconds
        cuts = quantiles([1000 * took for took in self._took], n=100)
        lag = 1000 * quantiles(self._loop.lags, n=100)[98] if len(self._loop.lags) > 1 else 0.0
        return Measured(messages, seconds, 1e6 * used / messages, cuts[49], cuts[94], cuts[98], lag)

    def _write_next(self) -> None:
        self._turn = (self._turn + 1) % len(self._sides)
        self._number += 1
        self._open[self._number] = (perf_counter(), self._system.complete)
        self._sides[self._turn].write(self._number)

    def _told(self, what: int, number: int, at: float) -> None:
        try:
            began, missing = self._open[number]
        except KeyError:
            raise Broken(f"{self._system.name} told of message {number} once too often") from None
        if not missing & what:
            raise Broken(f"{self._system.name} told of message {number} twice")
        if what == DELIVERED:
            self._took.append(at - began)
        if missing != what:
            self._open[number] = (began, missing & ~what)
            return
        del self._open[number]
        self._done += 1
        if self._to_write > 0:
            self._to_write -= 1
            self._write_next()
