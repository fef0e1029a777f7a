"""Tells each call of a plugin: `LUWTE_TRACE_HOOKS=1` prints them, the developers' page shows them. Never arguments."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

VARIABLE = "LUWTE_TRACE_HOOKS"


class HookCall(NamedTuple):
    """One call: when it began and how many seconds it took by the clock of the budgets, and the kind of its error."""

    plugin: str
    hook: str
    tenant: str
    began: float
    seconds: float
    error: str


Trace = Callable[[HookCall], None]
"""Hears of each call, in the thread that asked, after the answer."""


def print_trace(call: HookCall) -> None:
    """One line on stderr: `luwte hooks: chat add_start_action luisterboom 1.24 ms`."""
    ending = f" raised {call.error}" if call.error else ""
    sys.stderr.write(f"luwte hooks: {call.plugin} {call.hook} {call.tenant} {1000 * call.seconds:.2f} ms{ending}\n")


def wanted_trace() -> Trace | None:
    """What the environment asks for."""
    return print_trace if os.environ.get(VARIABLE) == "1" else None


class _Listening(threading.local):
    trace: Trace | None = None


_listening = _Listening()


@contextmanager
def listening(trace: Trace) -> Iterator[None]:
    """Lets `trace` hear the calls of this thread, for the developers' page."""
    before, _listening.trace = _listening.trace, trace
    try:
        yield
    finally:
        _listening.trace = before


def traces(always: Trace | None) -> Trace | None:
    """Who hears the calls of this thread; None where nobody does."""
    here = _listening.trace
    if here is None or always is None:
        return here or always

    def both(call: HookCall) -> None:
        here(call)
        always(call)

    return both
