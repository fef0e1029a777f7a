"""Plugins that are installed but not right: in production the start goes on without them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.hookspecs.values import Place

Addresses = Mapping[Place, tuple[str, ...]]
"""The beginnings of a plugin's paths, by the kind of host that they are on."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A plugin that was left out: the sentence that says why, and where its pages would have been."""

    sentence: str
    addresses: Addresses

    def would_be_at(self, place: Place | None, path: str) -> bool:
        """Whether this address is one of the plugin's, as far as its card tells: what it registers nobody can know."""
        return place is not None and is_below(path, self.addresses.get(place, ()))


def usual_addresses(name: str) -> Addresses:
    """Where a plugin's pages are supposed to be when its card says nothing, or cannot be read."""
    return {"site": (f"/{name}",), "workplace": (f"/{name}",)}


def is_below(path: str, beginnings: Iterable[str]) -> bool:
    """Whether a path is one of these, or goes on below one."""
    return any(path == one or path.startswith(f"{one}/") for one in beginnings)
