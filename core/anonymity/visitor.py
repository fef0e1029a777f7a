"""The handle that rooms and plugins get of where a request comes from: it can be counted, never read."""

from __future__ import annotations

from typing import NoReturn, Protocol
from weakref import WeakKeyDictionary


class Origin(Protocol):
    """What a visitor stands for: the one place that knows a tag."""

    def hit(self, purpose: str, limit: str) -> bool:
        """See Visitor.hit."""

    def earlier(self, purpose: str, limit: str) -> int:
        """See Visitor.earlier."""

    def hold(self, name: str) -> None:
        """See Visitor.hold."""

    def shares_time_out(self) -> bool:
        """See Visitor.shares_time_out."""


# What a visitor stands for lies beside the object, not in it: nothing that walks over a request (a debugger's page,
# a careless log line, a serialiser) finds more than an empty object. Rooms above this one may not import it.
_origins: WeakKeyDictionary[Visitor, Origin] = WeakKeyDictionary()


class Visitor:
    """Where a request comes from, as an empty object. Two requests of one person have two unequal visitors."""

    __slots__ = ("__weakref__",)

    def hit(self, purpose: str, limit: str) -> bool:
        """Counts one act of this purpose; True while it stays within `limit`, such as `"5 per minute"`.

        What cannot be counted (no known address, no store) is let in: people go before limits.
        Raises ValueError for a limit that cannot be read, which is a fault in the code that asks.
        """
        return _origins[self].hit(purpose, limit)

    def earlier(self, purpose: str, limit: str) -> int:
        """Counts one act of this purpose, and says how many there were before it within `limit`.

        0 for what cannot be counted. Raises ValueError as `hit` does.
        """
        return _origins[self].earlier(purpose, limit)

    def hold(self, name: str) -> None:
        """Keeps what is left of the address under `name`, in memory alone, until `Tags.release` and a day at most.

        It is there so that a time-out can be given later by somebody who has this name. It may wait for a network: not
        to be called in an event loop.
        """
        _origins[self].hold(name)

    def shares_time_out(self) -> bool:
        """Whether a browser at this address has a time-out. That costs others a little waiting, and nothing else.

        False where it cannot be told. It may wait for a network: not to be called in an event loop.
        """
        return _origins[self].shares_time_out()

    def __repr__(self) -> str:
        return "<Visitor>"

    def __copy__(self) -> Visitor:
        return self

    def __deepcopy__(self, memo: object) -> Visitor:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a visitor cannot be stored")


def make_visitor(origin: Origin) -> Visitor:
    """A visitor that stands for this origin."""
    visitor = Visitor()
    _origins[visitor] = origin
    return visitor
