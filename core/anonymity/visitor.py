"""The handle that rooms and plugins get of where a request comes from: it can be counted, never read."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn
from weakref import WeakKeyDictionary

Counter = Callable[[str, str], bool]

# What a visitor stands for lies beside the object, not in it: nothing that walks over a request (a debugger's page,
# a careless log line, a serialiser) finds more than an empty object. Rooms above this one may not import it.
_counters: WeakKeyDictionary[Visitor, Counter] = WeakKeyDictionary()


class Visitor:
    """Where a request comes from, as an empty object. Two requests of one person have two unequal visitors."""

    __slots__ = ("__weakref__",)

    def hit(self, purpose: str, limit: str) -> bool:
        """Counts one act of this purpose; True while it stays within `limit`, such as `"5 per minute"`.

        What cannot be counted (no known address, no store) is let in: people go before limits.
        Raises ValueError for a limit that cannot be read, which is a fault in the code that asks.
        """
        return _counters[self](purpose, limit)

    def __repr__(self) -> str:
        return "<Visitor>"

    def __copy__(self) -> Visitor:
        return self

    def __deepcopy__(self, memo: object) -> Visitor:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a visitor cannot be stored")


def make_visitor(counter: Counter) -> Visitor:
    """A visitor whose acts `counter` counts."""
    visitor = Visitor()
    _counters[visitor] = counter
    return visitor
