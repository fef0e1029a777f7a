"""What a plugin asks of other plugins, by way of the core: each answer is that of the organisation at hand alone."""

from typing import TypeVar

from core.hookspecs.values import GuardedText, Refusal, Verdict
from core.plugin_host.meeting import find_service, look_at
from core.web.request import Request
from core.web.time_outs import time_out

Interface = TypeVar("Interface")


def starting_refused(request: Request) -> Refusal | None:
    """Why a help seeker may not begin a conversation now; None: they may. Ask before somebody is let wait.

    A time-out of this browser session counts first, then what plugins say.
    """
    return time_out(request) or request.installation.plugins.first_refusal(
        "allow_seeker_to_start", request.tenant, request=request
    )


def service(request: Request, interface: type[Interface]) -> Interface | None:
    """What another plugin offers under an interface of `core.api`; None where no plugin does for this organisation."""
    return find_service(request.installation.plugins, interface, request.tenant, request.db)


def verdict(request: Request, text: str, place: str) -> Verdict:
    """What the organisation's guards think of a text that is about to become public at `place` ("forum.post")."""
    guarded = GuardedText(text, place, request.language, request.tenant.id)
    return look_at(request.installation.plugins, guarded, request.tenant)
