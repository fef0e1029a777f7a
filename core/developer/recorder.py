"""Notes the way of a request while it goes: statements where they are sent, hooks where they are asked.

docs/decisions/the-developers-page.md says how it knows which services were at work, and what it cannot know.
"""

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import currentframe
from types import FrameType
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, event

from core.database.guard import OWN_STATEMENT
from core.database.guard_compiler import facts_of
from core.developer.ways import Kind, Step, Way, Ways
from core.plugin_host.tracing import HookCall, listening

LONGEST = 2000
"""Characters of a statement that are remembered."""
HIDDEN = "…"
_VALUE = re.compile(r"__\[POSTCOMPILE_[^]]*\]|'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b")


class _Here(threading.local):
    way: Way | None = None
    drawing_since: float | None = None

    def __init__(self) -> None:
        self.sent: list[tuple[object, float]] = []
        """Statements that the database has not answered yet, each with the moment that it was sent."""


class Recorder:
    """Remembers what is done for the request of a thread, between the beginning and the end of its `way`."""

    def __init__(self, engine: Engine, clock: Callable[[], float]) -> None:
        """Listens to the engine from now on. The clock is the one that measures hooks, so that both fit together."""
        self.ways = Ways()
        self._clock, self._here = clock, _Here()
        # Right before the driver: what other listeners send or refuse first is not this statement's time.
        for call in ("do_execute", "do_executemany", "do_execute_no_params"):
            event.listen(engine, call, self._is_sent)
        event.listen(engine, "after_cursor_execute", self._is_answered)
        event.listen(engine, "handle_error", self._has_failed)

    @contextmanager
    def way(self) -> Iterator[Way]:
        """The way of a request of this thread, which begins now. Who opens it decides whether it is kept."""
        way = self._here.way = Way(self._clock())
        try:
            with listening(self._is_asked):
                yield way
        finally:
            way.ended = self._clock()
            self._here.way = None
            self._here.sent.clear()  # a statement that got no answer carries its values

    @contextmanager
    def step(self, kind: Kind, name: str) -> Iterator[None]:
        """Notes what is done within as a step of the way of this thread."""
        began = self._clock()
        with self._noted(kind, name, lambda: began):
            yield

    def draws(self) -> None:
        """The view has done its work without making a response: from now on its template is drawn."""
        self._here.drawing_since = self._clock()

    @contextmanager
    def template(self, name: str) -> Iterator[None]:
        """Notes the template as a step, where what is done within comes to drawing one."""
        self._here.drawing_since = None
        with self._noted("template", name, lambda: self._here.drawing_since):
            yield

    @contextmanager
    def _noted(self, kind: Kind, name: str, began: Callable[[], float | None]) -> Iterator[None]:
        error = ""
        try:
            yield
        except BaseException as raised:
            error = type(raised).__name__
            raise
        finally:
            since = began()
            if since is not None:
                self._note(kind, name, since, self._clock(), error)

    def _note(self, kind: Kind, name: str, began: float, ended: float, error: str = "") -> None:
        way = self._here.way
        if way is not None:
            way.add(Step(kind, name, began, ended, services_in(currentframe()), error))

    def _is_asked(self, call: HookCall) -> None:
        self._note("hook", f"{call.plugin}.{call.hook}", call.began, call.began + call.seconds, call.error)

    def _is_sent(self, *arguments: Any) -> None:
        if self._here.way is not None:
            self._here.sent.append((arguments[-1], self._clock()))

    def _is_answered(self, _connection: Connection, _cursor: Any, text: str, _: Any, context: Any, _many: bool) -> None:
        if self._here.way is not None:
            now = self._clock()
            self._note("sql", shown(text, context), self._sent_at(context, now), now)

    def _has_failed(self, failure: ExceptionContext) -> None:
        """The database refused it, or the guard did before it was sent."""
        if self._here.way is not None and failure.statement is not None:
            now, context, kind = self._clock(), failure.execution_context, type(failure.original_exception).__name__
            self._note("sql", shown(failure.statement, context), self._sent_at(context, now), now, kind)

    def _sent_at(self, context: object, now: float) -> float:
        """When a statement was sent, which is answered now."""
        sent = self._here.sent
        while sent:
            one, began = sent.pop()
            if one is context:
                return began
        return now


def shown(text: str, context: Any) -> str:
    """A statement without values, as it was compiled: they travel beside it, or are put in later.

    What somebody wrote by hand is not shown, for anything could stand in it; what looks like a value is hidden too.
    """
    if context is None:
        return HIDDEN
    facts = facts_of(context.compiled)
    if facts is not None and not facts.refusals:
        text = context.compiled.string
    elif not context.execution_options.get(OWN_STATEMENT):
        return HIDDEN
    plain = _VALUE.sub(HIDDEN, text)
    short = plain if len(plain) <= LONGEST else f"{plain[:LONGEST]} {HIDDEN}"
    return sys.intern(short)  # the same in many requests: kept once


def services_in(frame: FrameType | None) -> tuple[str, ...]:
    """The functions of services that a thread is in, the outermost first: those in a module or package `services`."""
    found: list[str] = []
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if ".services." in f"{module}.":
            name = f"{module}.{frame.f_code.co_qualname.partition('.<locals>')[0]}"
            if name not in found[-1:]:  # what a function has within itself (a comprehension) is the function
                found.append(name)
        frame = frame.f_back
    return tuple(reversed(found))
