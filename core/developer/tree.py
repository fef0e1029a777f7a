"""A way as a tree in order of time: what was done within what."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from core.developer.ways import Kind, Step


@dataclass(frozen=True, slots=True)
class Branch:
    """A step, or a service within which steps were done; with all that was done within it."""

    kind: Kind | Literal["service"]
    name: str
    milliseconds: float | None = None
    """None: it was not measured."""
    error: str = ""
    inside: tuple["Branch", ...] = ()


@dataclass(frozen=True, slots=True)
class _Nest:
    """A step and those that lie within it, by time."""

    step: Step
    inside: list["_Nest"]


def tree_of(steps: Iterable[Step]) -> tuple[Branch, ...]:
    """The steps of one thread as branches: those that lie within another's time below it, services between them."""
    top: list[_Nest] = []
    around: list[_Nest] = []
    for step in sorted(steps, key=lambda step: (step.began, -step.ended)):
        while around and step.ended > around[-1].step.ended:
            around.pop()
        nest = _Nest(step, [])
        (around[-1].inside if around else top).append(nest)
        around.append(nest)
    return _branches(top, 0)


def _branches(nests: Iterable[_Nest], known: int) -> tuple[Branch, ...]:
    """`known`: how many of the steps' services stand above them already.

    Neighbours within the same service stand below it together: whether it was called once or more often, nobody knows.
    """
    branches: list[Branch] = []
    for service, group in groupby(nests, key=lambda nest: "".join(nest.step.services[known : known + 1])):
        if service:
            branches.append(Branch("service", service, inside=_branches(group, known + 1)))
        else:
            branches += [_branch(nest) for nest in group]
    return tuple(branches)


def _branch(nest: _Nest) -> Branch:
    step = nest.step
    inside = _branches(nest.inside, len(step.services))
    return Branch(step.kind, step.name, step.milliseconds, step.error, inside)
