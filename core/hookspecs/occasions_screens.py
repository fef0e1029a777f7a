"""Occasions of a site's pages, which anybody may see."""

from collections.abc import Iterable
from typing import Any, Protocol

from core.hookspecs.markers import hookspec
from core.hookspecs.values import FooterLink, HomeBlock, StartAction


class ScreenOccasions(Protocol):
    """What a plugin may add to the pages of a site."""

    @hookspec
    def add_start_action(self, request: Any) -> StartAction | None:
        """Adds a big button to the first page of a site.

        When: for each view of that page. Arguments: `request`, whose `request.db` is the organisation's session and
        `request.t` its translator. Result: a button; None adds nothing.
        Errors: one that raises is left out. Since API 1.
        """

    @hookspec
    def add_home_blocks(self, request: Any) -> Iterable[HomeBlock]:
        """Adds blocks to the first page of a site, below the big button.

        When: for each view of that page. Arguments: `request`, as for `add_start_action`.
        Result: blocks of HTML; none adds nothing. Errors: a quiet gap for the visitor. Since API 1.
        """

    @hookspec
    def add_footer_links(self, request: Any) -> Iterable[FooterLink]:
        """Adds links to the foot of a site's pages.

        When: for each page of a site. Arguments: `request`, as for `add_start_action`.
        Result: links to pages of the same site. Errors: one that raises is left out. Since API 1.
        """
