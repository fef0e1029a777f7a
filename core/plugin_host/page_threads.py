"""A plugin whose pages hang keeps some of the threads that answer pages, never all of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident

from core.plugin_host.budgets import HANGS, SEATS, Budgets

PAGES = "pages"
"""Stands for a plugin's own pages in the administrator's figures."""


class PageThreads:
    """Which threads are in which plugin's pages, and since when."""

    def __init__(self, budgets: Budgets) -> None:
        """Slow pages are told to `budgets`, whose clock and limit hold here too."""
        self._budgets = budgets
        self._inside: dict[str, dict[int, float]] = {}

    def hang_in(self, plugin: str) -> bool:
        """Whether as many threads as a plugin may hold hang in its pages: nobody should follow them.

        A page that is merely slow, as all are when many come at once, is never refused; nor does anybody wait here: who
        waits would hold a thread too.
        """
        long_ago = self._budgets.clock() - HANGS * self._budgets.seconds
        inside = self._inside.get(plugin, {})
        return sum(since < long_ago for since in [*inside.values()]) >= SEATS

    @contextmanager
    def at_work(self, plugin: str, tenant: str) -> Iterator[None]:
        """While this thread is in a page of the plugin."""
        inside, began = self._inside.setdefault(plugin, {}), self._budgets.clock()
        inside[get_ident()] = began
        try:
            yield
        finally:
            del inside[get_ident()]
            took = self._budgets.clock() - began
            if took > self._budgets.seconds:
                self._budgets.slow(self._budgets.account(plugin, PAGES), tenant, took)
