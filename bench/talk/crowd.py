"""A crowd: two thousand join the queue, see it move, lose their lines and come back within ten seconds."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from bench.talk.line import Broken, Loop
from bench.talk.luwte import Luwte
from bench.talk.socket_io import Socket
from bench.talk.talk import Opening
from bench.talk.visitors import Visitor

STORM_WITHIN = 10.0
"""Seconds over which the lost lines come back."""
TALKING = 0.25
"""The part of those who come back who have a conversation; the others have a place in the queue."""
HELPERS = 20
CHANGES = 5
SETTLED = 3.0
"""Seconds after which the queue's last change has been told."""
Ready = Callable[[], None]


@dataclass(slots=True)
class Crowd:
    """Measures one server with a crowd of `count`."""

    luwte: Luwte
    loop: Loop
    count: int

    def figures(self) -> dict[str, float]:
        """The queue and the storm; the server runs and is empty."""
        visitors = [self.luwte.visitor() for _ in range(self.count)]
        Opening(self.loop).all([self._coming(visitor) for visitor in visitors])
        found = self._joins(visitors)
        helpers = self._helpers()
        found["queue_2000_s"] = max(self._change(visitors[n], visitors[n + 1 :], helpers[n]) for n in range(CHANGES))
        talking = visitors[CHANGES : CHANGES + int(self.count * TALKING)]
        Opening(self.loop).all([self._taking(helpers[n % HELPERS], who) for n, who in enumerate(talking)])
        self.loop.run_for(SETTLED)
        return {**found, **self._storm(visitors)}

    def _joins(self, visitors: list[Visitor]) -> dict[str, float]:
        """Half of them join, then the other half: twice as many may cost little more than twice as much."""
        programs, half = self.luwte.programs, self.count // 2
        before, began = programs.seconds(), perf_counter()
        self.loop.run_for(SETTLED)
        idle = (programs.seconds() - before) / (perf_counter() - began)
        used, took = [], []
        before = programs.seconds()
        began = perf_counter()
        for part in (visitors[:half], visitors[half:]):
            joined = perf_counter()
            Opening(self.loop, at_a_time=50).all([self._joining(visitor) for visitor in part])
            took.append(perf_counter() - joined)
            self.loop.run_for(SETTLED)
            used.append(programs.seconds() - before - idle * (perf_counter() - began))
        return {
            "queue_growth": used[1] / used[0],
            "join_cpu_ms_first_1000": 1000 * used[0] / half,
            "join_cpu_ms_2000": 1000 * used[1] / self.count,
            "joins_first_1000_s": took[0],
            "joins_second_1000_s": took[1],
        }

    def _helpers(self) -> list[Socket]:
        helpers = [Socket() for _ in range(HELPERS)]
        accounts = self.luwte.people.add_helpers(HELPERS)

        def watching(helper: Socket, token: str) -> Callable[[Ready], None]:
            def begin(ready: Ready) -> None:
                def connected() -> None:
                    helper.ask("chat.watch", {}, lambda _: ready())

                helper.connect(self.loop, self.luwte.realtime_port, self.luwte.origin("-werk"), token, connected)

            return begin

        tokens = [self.luwte.people.helper_token(account) for account in accounts]
        Opening(self.loop).all([watching(*pair) for pair in zip(helpers, tokens, strict=True)])
        return helpers

    def _change(self, first: Visitor, behind: list[Visitor], helper: Socket) -> float:
        """The first is taken: seconds until everybody behind has been told the new place."""
        self.loop.run_for(SETTLED)
        before = [visitor.places for visitor in behind]
        began = perf_counter()
        helper.ask("chat.take", {"conversation": first.conversation}, lambda _: None)

        def told() -> bool:
            return all(visitor.places > known for visitor, known in zip(behind, before, strict=True))

        if not self.loop.run_until(told, 60):
            raise Broken("a change of the queue was not told to everybody within a minute")
        return perf_counter() - began

    def _storm(self, visitors: list[Visitor]) -> dict[str, float]:
        """All lines are lost; everybody comes back by themselves, over ten seconds."""
        for visitor in visitors:
            visitor.socket.close()
        self.loop.run_for(2 * SETTLED)
        programs = self.luwte.programs
        before, began = programs.seconds(), perf_counter()
        back: list[float] = []

        def is_in(_: Any) -> None:
            back.append(perf_counter())

        def resuming(visitor: Visitor) -> Callable[[Any], None]:
            def hello(answer: Any) -> None:
                if answer["state"] not in ("waiting", "talking"):
                    raise Broken(f"somebody lost their place: {answer['state']}")
                visitor.socket.ask("chat.resume", {"conversation": visitor.conversation, "after": 0}, is_in)

            return hello

        for number, visitor in enumerate(visitors):
            moment = began + STORM_WITHIN * number / len(visitors)
            self.loop.at(moment, _calling(visitor, self.loop, resuming(visitor)))
        if not self.loop.run_until(lambda: len(back) == len(visitors), 180):
            raise Broken(f"{len(back)} of {len(visitors)} were in again after three minutes")
        return {"storm_2000_s": back[-1] - began, "storm_cpu_s": programs.seconds() - before}

    def _coming(self, visitor: Visitor) -> Callable[[Ready], None]:
        return lambda ready: visitor.come(self.loop, lambda _: ready())

    def _joining(self, visitor: Visitor) -> Callable[[Ready], None]:
        def begin(ready: Ready) -> None:
            visitor.ask_for_place(self.loop, lambda: visitor.join(lambda _: ready()))

        return begin

    @staticmethod
    def _taking(helper: Socket, visitor: Visitor) -> Callable[[Ready], None]:
        def begin(ready: Ready) -> None:
            helper.ask("chat.take", {"conversation": visitor.conversation}, lambda _: ready())

        return begin


def _calling(visitor: Visitor, loop: Loop, hello: Callable[[Any], None]) -> Callable[[], None]:
    return lambda: visitor.come(loop, hello)
