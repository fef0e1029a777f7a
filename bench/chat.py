"""What a conversation costs, beside a mature XMPP server on the same machine in the same hour: `make bench-chat`.

Luwte (embedded on SQLite; and on PostgreSQL with Redis) stores each message before it says so; Prosody relays in the
clear and stores nothing. They take turns, A-B-B-A, on one core; the same client on bare sockets has the other core.
One message is 256 bytes of padded text, from the write on the sender's socket to the read on the receiver's, and for
Luwte the sender's ack as well. Written to build/bench/chat.json and chat-latency.svg.

`make bench-chat ARGS=--quick` tries all of it in a few minutes; its figures say little and are marked so.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.talk.crowd import Crowd
from bench.talk.drawing import curve
from bench.talk.line import Broken, Loop
from bench.talk.luwte import Luwte
from bench.talk.luwte_apart import LuwteApart
from bench.talk.machine import Unfit, ensure_fit, load_now
from bench.talk.prosody import Prosody
from bench.talk.runs import FULL, QUICK, Plan, Run, run
from bench.talk.talk import System

FOLDER = Path("build/bench")
Figures = dict[str, float | None]
Value = Callable[[Run], float]

_COLUMNS: tuple[tuple[str, Value, str], ...] = (
    ("CPU us at 200/s", lambda it: it.steady.cpu_us, ".0f"),
    ("CPU us saturated", lambda it: it.saturated.cpu_us, ".0f"),
    ("messages/s", lambda it: it.saturated.per_second, ".0f"),
    ("KiB/connection", lambda it: it.kib_per_connection, ".1f"),
    ("p50 ms", lambda it: it.steady.p50_ms, ".2f"),
    ("p95 ms", lambda it: it.steady.p95_ms, ".2f"),
    ("p99 ms", lambda it: it.steady.p99_ms, ".2f"),
)
_RATIOS: dict[str, Value] = {
    "cpu_per_message_ratio_200": lambda it: it.steady.cpu_us,
    "cpu_per_message_ratio_saturated": lambda it: it.saturated.cpu_us,
    "memory_per_connection_ratio": lambda it: it.kib_per_connection,
}
_ABSOLUTE: dict[str, Value] = {
    "cpu_us_200": lambda it: it.steady.cpu_us,
    "cpu_us_saturated": lambda it: it.saturated.cpu_us,
    "messages_per_second": lambda it: it.saturated.per_second,
    "kib_per_connection": lambda it: it.kib_per_connection,
    "idle_cores_1020": lambda it: it.idle,
    "p50_ms_500": lambda it: it.steady.p50_ms,
    "p95_ms_500": lambda it: it.steady.p95_ms,
    "p99_ms_500": lambda it: it.steady.p99_ms,
}
_BOUNDS = {
    "cpu_per_message_ratio": 1.0,
    "cpu_per_message_ratio_receipt": 1.5,
    "memory_per_connection_ratio": 1.2,
    "p95_ms_500": 30,
    "p99_ms_500": 100,
    "storm_2000_s": 20,
    "queue_2000_s": 2,
    "queue_growth": 2.5,
}
"""What the figures may be at most."""


def main() -> None:
    """Measures, prints a table and writes the figures. The exit code tells whether all bounds are held."""
    options = _options()
    plan = QUICK if options.quick else FULL
    try:
        ensure_fit()
        with TemporaryDirectory(prefix="luwte-bench-") as folder:
            figures = _measured(Path(folder), plan, with_postgresql=not options.without_postgresql)
    except (Unfit, Broken) as trouble:
        sys.exit(f"make bench-chat: {trouble}")
    figures = {"quick": float(options.quick), **figures}
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "chat.json").write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    sys.exit(0 if _verdict(figures) else 1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-chat", description="What a conversation costs.")
    parser.add_argument("--quick", action="store_true", help="a few minutes, figures that say little")
    parser.add_argument("--without-postgresql", action="store_true", help="leave PostgreSQL with Redis out")
    return parser.parse_args()


def _measured(folder: Path, plan: Plan, *, with_postgresql: bool) -> Figures:
    before = load_now()
    luwte, prosody = Luwte(folder / "luwte"), Prosody(folder / "prosody")
    beside: list[System] = [Prosody(folder / "prosody-receipts", receipts=True)]
    if with_postgresql:
        beside.insert(0, LuwteApart(folder / "luwte-apart"))
    runs: dict[str, list[Run]] = {system.name: [] for system in (luwte, *beside, prosody)}
    for number in range(plan.rounds):
        print(f"Round {number + 1} of {plan.rounds} (load {load_now():.1f})", flush=True)
        turns: tuple[System, ...] = (luwte, prosody, prosody, luwte)
        for place, system in enumerate(turns):
            runs[system.name].append(_told(system, run(system, plan, with_curve=place < 2)))
        for system in beside:
            runs[system.name].append(_told(system, run(system, plan, with_curve=True)))
    _print_table(runs)
    _draw(runs)
    crowd = _crowd(folder, plan)
    return {
        **_ratios(runs[luwte.name], runs[prosody.name]),
        **_named("", runs[luwte.name]),
        **_named("prosody_", runs[prosody.name]),
        **_beside(runs, beside),
        **crowd,
        "load_before": before,
        "void_runs_kept": float(sum(it.void for several in runs.values() for it in several)),
    }


def _told(system: System, found: Run) -> Run:
    at_200, saturated = found.steady.cpu_us, found.saturated.cpu_us
    print(f"  {system.name:32} {at_200:6.0f} us at 200/s, {saturated:6.0f} us saturated", flush=True)
    return found


def _ratios(ours: Sequence[Run], theirs: Sequence[Run]) -> Figures:
    """Of each round ours against theirs, so that what the machine does slowly falls out; then the middle of rounds."""
    figures: Figures = {}
    for name, value in _RATIOS.items():
        found = [
            sum(map(value, ours[at : at + 2])) / sum(map(value, theirs[at : at + 2])) for at in range(0, len(ours), 2)
        ]
        figures |= {name: median(found), f"{name}_low": min(found), f"{name}_high": max(found)}
    worse = max(figures["cpu_per_message_ratio_200"] or 0, figures["cpu_per_message_ratio_saturated"] or 0)
    # Pages do not tell yet that a message arrived: until they do there is nothing to measure.
    return {"cpu_per_message_ratio": worse, "cpu_per_message_ratio_receipt": None, **figures}


def _named(prefix: str, runs: Sequence[Run]) -> Figures:
    """The middle of all runs of a system, the least and the most."""
    figures: Figures = {}
    for name, value in _ABSOLUTE.items():
        found = [value(it) for it in runs]
        figures |= {
            prefix + name: median(found),
            f"{prefix}{name}_low": min(found),
            f"{prefix}{name}_high": max(found),
        }
    figures[f"{prefix}messages_200"] = float(sum(it.steady.messages for it in runs))
    figures[f"{prefix}messages_saturated"] = float(sum(it.saturated.messages for it in runs))
    return figures


def _beside(runs: dict[str, list[Run]], beside: Sequence[System]) -> Figures:
    prefixes = {LuwteApart: "postgresql_", Prosody: "prosody_receipt_"}
    figures: Figures = {}
    for system in beside:
        figures |= _named(prefixes[type(system)], runs[system.name])
    return figures


def _crowd(folder: Path, plan: Plan) -> Figures:
    print(f"A crowd of {plan.crowd} (load {load_now():.1f})", flush=True)
    luwte = Luwte(folder / "crowd")
    luwte.start()
    try:
        return {**Crowd(luwte, Loop(), plan.crowd).figures(), "crowd": float(plan.crowd)}
    finally:
        luwte.stop()


def _print_table(runs: dict[str, list[Run]]) -> None:
    """The middle of all runs, and in brackets the least and the most."""
    print("\n" + " " * 32 + "".join(f"{title:>28}" for title, _, _ in _COLUMNS))
    for name, several in runs.items():
        cells = []
        for _, value, form in _COLUMNS:
            found = [value(it) for it in several]
            cells.append(f"{median(found):{form}} ({min(found):{form}}-{max(found):{form}})")
        print(f"{name:32}" + "".join(f"{cell:>28}" for cell in cells))


def _draw(runs: dict[str, list[Run]]) -> None:
    """For each load the middle of the rounds in which the server kept up."""
    lines = {}
    for name, several in runs.items():
        found: dict[float, list[float]] = {}
        for load, took in (point for it in several for point in it.curve):
            found.setdefault(load, []).append(took)
        if found:
            lines[name] = [(load, median(values)) for load, values in sorted(found.items())]
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "chat-latency.svg").write_text(curve("95 of 100 messages are read within", lines), "utf-8")


def _verdict(figures: Figures) -> bool:
    """Prints each bound and what was found; whether all are held."""
    print()
    held = True
    for name, most in _BOUNDS.items():
        value = figures[name]
        good = value is not None and value <= most
        held = held and good
        said = "not measured" if value is None else f"{value:.3f}"
        print(f"{'ok ' if good else 'NOT'} {name:34} {said:>12}   at most {most}")
    return held


if __name__ == "__main__":
    main()
