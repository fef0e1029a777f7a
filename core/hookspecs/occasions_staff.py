"""Occasions of the workplace, which only staff see."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from core.hookspecs.markers import hookspec
from core.hookspecs.values import Badge, Panel, Refusal


class StaffOccasions(Protocol):
    """What a plugin may add to the screens of staff, or say of their shift."""

    @hookspec
    def add_workbench_panels(self, request: Any) -> Iterable[Panel]:
        """Adds panels beside a conversation, in the helper's workbench.

        When: for each view of the workbench. Arguments: `request`; nothing of the conversation.
        Result: panels of HTML without scripts. Errors: a quiet gap for the helper. Since API 1.
        """

    @hookspec
    def add_dashboard_panels(self, request: Any) -> Iterable[Panel]:
        """Adds panels to the first page of the workplace.

        When: for each view of that page. Arguments: `request`; `request.staff` says who looks.
        Result: panels of HTML without scripts. Errors: a quiet gap. Since API 1.
        """

    @hookspec
    def add_badges(self, request: Any) -> Mapping[str, Badge]:
        """Adds marks beside links of the navigation.

        When: for each page with a navigation. Arguments: `request`.
        Result: a badge per name of a route of the plugin. Errors: no badges of this plugin. Since API 1.
        """

    @hookspec
    def allow_shift_to_end(self, request: Any) -> Refusal | None:
        """Asked whether the shift of the helper who asks may end now: their keys go with it.

        When: before a helper ends their shift, and as they sign out. Arguments: `request`; `request.staff` says who.
        Result: None lets it end; a `Refusal` is shown, and the shift stays open.
        Errors: one that raises refuses calmly, until its budget is used up. Since API 1.
        """
