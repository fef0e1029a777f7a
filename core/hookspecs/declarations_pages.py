"""Declarations of pages: addresses, who may see them, links to them."""

from collections.abc import Iterable
from typing import Protocol

from core.hookspecs.markers import hookspec
from core.hookspecs.values import NavigationItem, Permission, Route


class PageDeclarations(Protocol):
    """What a plugin shows."""

    @hookspec
    def declare_routes(self) -> Iterable[Route]:
        """The plugin's addresses, named `<plugin>.…`.

        When: once at start-up. Result: routes; each with a permission or `public=True`.
        Errors: a name without prefix, no word on who may see it, an address that is taken. Since API 1.
        """

    @hookspec
    def declare_permissions(self) -> Iterable[Permission]:
        """What staff may do in the plugin, named `<plugin>.…`.

        When: once at start-up. Result: permissions with the roles that have them.
        Errors: a name without prefix, a role that does not exist. Since API 1.
        """

    @hookspec
    def declare_navigation(self) -> Iterable[NavigationItem]:
        """The plugin's links in the navigation.

        When: once at start-up. Result: links to routes of the plugin.
        Errors: a link to a route that is not there, a label without Dutch. Since API 1.
        """
