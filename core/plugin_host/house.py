"""What plugins join: the core's names, addresses and roles, handed in because the rooms that have them lie higher."""

from dataclasses import dataclass

from core.hookspecs.values import Route


@dataclass(frozen=True, slots=True)
class House:
    """The core as the start-up checks need to know it. What is empty is not compared with."""

    routes: tuple[Route, ...] = ()
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
