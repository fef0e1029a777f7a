"""What an occasion may be answered with, looked at while the plugin's time runs, so that a generator counts too."""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from core.errors import TooMuch
from core.hookspecs.values import Badge, FooterLink, HomeBlock, Panel, Refusal, StartAction

MOST = 50
"""Values that a plugin may add to a screen; also the end of a generator that has none."""

Shape = Callable[[str, Any], Any]
"""Takes the plugin's name and its answer; gives the value, or None for nothing. Raises WrongAnswer."""


class WrongAnswer(TypeError):
    """An answer of another kind than the hook promises."""


def shape_of(occasion: str) -> Shape:
    """What looks at the answers to an occasion."""
    return _SHAPES.get(occasion, _anything)


def _anything(_plugin: str, answer: Any) -> Any:
    return answer


def _nothing(_plugin: str, answer: Any) -> None:
    if answer is not None:
        raise WrongAnswer(f"an answer was given, {type(answer).__name__}, where none is asked")


def _one(kind: type) -> Shape:
    def look(_plugin: str, answer: Any) -> Any:
        if answer is not None and type(answer) is not kind:
            raise WrongAnswer(f"{type(answer).__name__} is not a {kind.__name__}")
        return answer

    return look


def _many(kind: type) -> Shape:
    def look(_plugin: str, answer: Any) -> Any:
        if answer is None:
            return None
        if type(answer) is not tuple and (isinstance(answer, str) or not isinstance(answer, Iterable)):
            raise WrongAnswer(f"{type(answer).__name__} is not a tuple of {kind.__name__}")
        values = answer if type(answer) is tuple else tuple(islice(answer, MOST + 1))
        if len(values) > MOST:
            raise TooMuch(f"A plugin adds more than {MOST} of {kind.__name__} at once: add fewer.")
        for value in values:
            if type(value) is not kind:
                raise WrongAnswer(f"{type(value).__name__} is not a {kind.__name__}")
        return values or None

    return look


def exactly(kind: type) -> Shape:
    """What looks at an answer that must be there."""

    def look(_plugin: str, answer: Any) -> Any:
        if type(answer) is not kind:
            raise WrongAnswer(f"{type(answer).__name__} is not a {kind.__name__}")
        return answer

    return look


def _badges(plugin: str, answer: Any) -> Any:
    if answer is None:
        return None
    if type(answer) is not dict and not isinstance(answer, Mapping):  # a dict is what they nearly all give
        raise WrongAnswer(f"{type(answer).__name__} is not a mapping of badges")
    if len(answer) > MOST:
        raise TooMuch(f"A plugin adds more than {MOST} badges at once: add fewer.")
    for route, badge in answer.items():
        if not isinstance(badge, Badge) or not str(route).startswith(f"{plugin}."):
            raise WrongAnswer("a badge needs the name of a route of the plugin, and must be a Badge")
    return answer or None


def _panels(plugin: str, answer: Any) -> Any:
    panels = _PANELS(plugin, answer)
    prefix = f"{plugin}."
    for panel in panels or ():
        if not panel.key.startswith(prefix):
            raise WrongAnswer("the key of a panel must start with the plugin's name and a dot")
    return panels


_PANELS = _many(Panel)
_SHAPES: Mapping[str, Shape] = {
    "add_start_action": _one(StartAction),
    "add_home_blocks": _many(HomeBlock),
    "add_footer_links": _many(FooterLink),
    "add_workbench_panels": _panels,
    "add_dashboard_panels": _panels,
    "add_badges": _badges,
    "allow_seeker_to_start": _one(Refusal),
    "allow_shift_to_end": _one(Refusal),
    "on_seeker_leaves": _nothing,
}
