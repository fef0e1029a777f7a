"""The last faults of plugins, by kind and place: never what an error says, which may hold what people wrote."""

import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from traceback import walk_tb
from types import TracebackType

import structlog

from core.clock import Clock
from core.plugin_host.budgets import BudgetNews

log = structlog.get_logger("luwte.plugins")

KEPT = 200
"""Different faults that are remembered; the one that was seen longest ago goes first."""

_Key = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault at one place: of which plugin, on which occasion, how often, and when last."""

    plugin: str
    occasion: str
    what: str
    kind: str
    place: str
    """File and line within the plugin, `hooks.py:12`; empty where that cannot be told."""
    times: int
    last: datetime
    tenant: str
    """The organisation for which it happened last."""


class FaultBook:
    """Listens to the budgets of a process and keeps what went wrong. In memory only."""

    def __init__(self, clock: Clock, folders: Mapping[str, Path]) -> None:
        """`folders`: where each plugin's code lies, to tell the place of a fault in it."""
        self._clock, self._folders = clock, dict(folders)
        self._faults: dict[_Key, Fault] = {}
        self._lock = threading.Lock()

    def hear(self, news: BudgetNews) -> None:
        """Notes a fault. It is called where the error is being handled, so its place can be seen."""
        log.warning("plugin fault", plugin=news.plugin, hook=news.occasion, tenant=news.tenant, code=_code(news.what))
        if news.what not in ("raised", "over budget"):
            return
        error = sys.exc_info()[1] if news.what == "raised" else None
        place = _place(error.__traceback__, self._folders.get(news.plugin)) if error else ""
        key = (news.plugin, news.occasion, news.what, news.kind, place)
        fresh = Fault(news.plugin, news.occasion, news.what, news.kind, place, 1, self._clock(), news.tenant)
        with self._lock:
            known = self._faults.pop(key, None)
            self._faults[key] = replace(fresh, times=known.times + 1) if known else fresh
            if len(self._faults) > KEPT:
                del self._faults[next(iter(self._faults))]

    def faults(self) -> tuple[Fault, ...]:
        """All that are remembered, the newest first."""
        with self._lock:
            return tuple(reversed(self._faults.values()))


def _code(what: str) -> str:
    """The kind of news as one word: `raised`, `over_budget`, `paused`, `asked_again`."""
    return what.replace(" ", "_")


def _place(traceback: TracebackType | None, folder: Path | None) -> str:
    """The deepest line of the plugin's own code."""
    if folder is None:
        return ""
    found = ""
    for frame, line in walk_tb(traceback):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(folder):
            found = f"{path.relative_to(folder)}:{line}"
    return found
