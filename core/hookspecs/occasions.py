"""Occasions: asked for one organisation, and only of the plugins that it has switched on.

`add_*` contributes to a screen, `allow_*` may refuse, `on_*` is told. Each has a budget of time; a plugin that
goes over it or raises three times in five minutes is not asked for the next five.
"""

from typing import Protocol

from core.hookspecs.occasions_screens import ScreenOccasions
from core.hookspecs.occasions_seekers import SeekerOccasions
from core.hookspecs.occasions_staff import StaffOccasions


class Occasions(ScreenOccasions, SeekerOccasions, StaffOccasions, Protocol):
    """What a plugin may add to a screen, refuse or be told. Every hook is optional."""


def occasion_names() -> frozenset[str]:
    """The names of all occasions."""
    return frozenset(name for name in dir(Occasions) if hasattr(getattr(Occasions, name), "luwte_spec"))
