"""One run of one system: started, filled with conversations, measured, stopped. A void run is said and repeated."""

from dataclasses import dataclass

from bench.talk.line import Loop
from bench.talk.load import LAG_MS, Measured, Traffic
from bench.talk.machine import Unfit, load_now
from bench.talk.talk import System

FEW, MORE, CONVERSATIONS = 10, 500, 500
"""Conversations: 20 connections, 1,000 more for the memory, and those that talk."""
IN_FLIGHT = 100
"""Messages on their way at saturation: enough that no server waits for the client."""
SETTLE = 3.0
TRIES = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """How long is measured."""

    rounds: int
    steady: int
    """Messages at 200 a second in each run."""
    saturated: int
    loads: tuple[int, ...]
    """Messages a second of the latency curve."""
    crowd: int
    keep_void: bool
    """Whether a run that says little is kept all the same, and marked."""


FULL = Plan(3, 3_400, 20_000, (50, 100, 200, 400, 800, 1_600, 2_400, 3_200), 2_000, keep_void=False)
QUICK = Plan(1, 1_000, 5_000, (50, 200, 800), 300, keep_void=True)
PER_SECOND = 200


@dataclass(frozen=True, slots=True)
class Run:
    """What one run found."""

    steady: Measured
    saturated: Measured
    kib_per_connection: float
    idle: float
    """Processor seconds a second with all sockets open and nobody writing."""
    curve: tuple[tuple[float, float], ...]
    """Load and p95, where it was asked for."""
    load: float
    """How many processes wanted a core meanwhile, this measurement's own included."""
    void: bool


def run(system: System, plan: Plan, *, with_curve: bool = False) -> Run:
    """Measures a system once; again where the client was late. Raises Unfit where that does not help."""
    for _ in range(TRIES):
        found = _once(system, plan, with_curve=with_curve)
        if not found.void or plan.keep_void:
            return found
        print(f"  void: the client was {found.steady.lag_ms:.1f} ms late for its sends (load {found.load:.1f}); again")
    raise Unfit(
        f"{TRIES} runs in a row were void, because the client was more than {LAG_MS:.0f} ms late: "
        "something else works on this machine. Try again when it is quiet."
    )


def _once(system: System, plan: Plan, *, with_curve: bool) -> Run:
    system.start()
    try:
        loop = Loop()
        pairs = system.open(loop, FEW)
        loop.run_for(SETTLE)
        few = system.programs.kibibytes()
        pairs += system.open(loop, MORE)
        loop.run_for(SETTLE)
        memory = (system.programs.kibibytes() - few) / (2 * MORE)
        traffic = Traffic(loop, system, pairs[:CONVERSATIONS])
        traffic.steady(PER_SECOND, PER_SECOND, 0)  # what is made at the first message is not each message's cost
        idle = traffic.idle(SETTLE * 2)
        steady = traffic.steady(plan.steady, PER_SECOND, idle)
        saturated = traffic.saturated(plan.saturated, IN_FLIGHT, idle)
        curve = _curve(traffic, plan, saturated.per_second) if with_curve else ()
        return Run(steady, saturated, memory, idle, curve, load_now(), steady.void)
    finally:
        system.close()
        system.stop()


def _curve(traffic: Traffic, plan: Plan, most: float) -> tuple[tuple[float, float], ...]:
    """p95 at each load that the server can keep up with."""
    loads = [load for load in plan.loads if load < 0.9 * most]
    return tuple((load, traffic.steady(max(300, 3 * load), load, 0).p95_ms) for load in loads)
