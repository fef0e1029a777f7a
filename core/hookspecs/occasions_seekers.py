"""Occasions of somebody who seeks help: beginning, and leaving."""

from typing import Any, Protocol

from core.hookspecs.markers import hookspec
from core.hookspecs.values import Refusal


class SeekerOccasions(Protocol):
    """What a plugin may refuse a help seeker, or be told of one."""

    @hookspec
    def allow_seeker_to_start(self, request: Any) -> Refusal | None:
        """Asked whether a help seeker may begin a conversation now.

        When: before a service (the chat, say) lets somebody wait, and for the line of state in the big button.
        Arguments: `request`, without an address.
        Result: None lets in; a `Refusal` is shown, and nobody further is asked.
        Errors: one that raises refuses calmly, until its budget is used up. Since API 1.
        """

    @hookspec
    def on_seeker_leaves(self, request: Any, seeker_key: str) -> None:
        """Told when a help seeker leaves the site at once ("Snel weg"), before the answer goes out.

        When: in the request that leaves, because its effect must be there when the answer goes out. Arguments:
        `seeker_key` names the browser session as the database knows it; work in `request.db` is committed with the
        request, live news goes through `request.emit_after_commit`. Result: none.
        Errors: the person gets away; what was half done is undone. Since API 1.
        """
