"""How much may go on at a time: so many pieces of work in all, and fewer of one plugin, so that others get a turn."""

import threading
from collections.abc import Hashable


class Slots:
    """Pieces of work that are going on, by plugin. A key is worked on once at a time."""

    def __init__(self, most: int, of_one_plugin: int) -> None:
        """`of_one_plugin` is less than `most`: a plugin that hangs leaves room for the others."""
        self._most, self._of_one_plugin = most, of_one_plugin
        self._taken: dict[Hashable, str] = {}
        self._lock = threading.Lock()

    def take(self, plugin: str, key: Hashable) -> bool:
        """Takes a place for this piece of work; False when there is none, or when it goes on already."""
        with self._lock:
            taken = list(self._taken.values())
            free = len(taken) < self._most and taken.count(plugin) < self._of_one_plugin
            if not free or key in self._taken:
                return False
            self._taken[key] = plugin
            return True

    def give_back(self, key: Hashable) -> None:
        """The piece of work is over."""
        with self._lock:
            self._taken.pop(key, None)

    @property
    def empty(self) -> bool:
        """Whether nothing goes on."""
        return not self._taken
