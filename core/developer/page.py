"""The page "Requests": the way that each of the last requests went, as a tree in order of time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.developer.recorder import Recorder
from core.developer.tree import Branch, tree_of
from core.developer.ways import KEPT, STEPS, Way
from core.i18n.formats import number
from core.web.request import Request


@dataclass(frozen=True, slots=True)
class Shown:
    """A way as the template shows it."""

    way: Way
    tree: tuple[Branch, ...]
    statements: int
    hooks: int


def requests(request: Request) -> Mapping[str, Any]:
    """The last requests of this process, the newest first."""
    recorder: Recorder = request.registry["luwte.recorder"]
    return {
        "ways": [_shown(way) for way in recorder.ways.latest()],
        "kept": KEPT,
        "steps": STEPS,
        "figure": lambda milliseconds: number(round(milliseconds, 1 if milliseconds >= 10 else 2), request.language),
    }


def _shown(way: Way) -> Shown:
    return Shown(way, tree_of(way.steps), way.number("sql"), way.number("hook"))
