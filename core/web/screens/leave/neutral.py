"""The way to the neutral page."""

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from core.tenancy.hosts import NEUTRAL
from core.web.request import Request


def neutral_url(request: Request) -> str:
    """Where leaving leads to: the organisation's choice, else the network's, else the built-in calendar."""
    configuration = request.installation.configuration
    built_in = configuration.address(f"{NEUTRAL}.{configuration.network_domain}") + "/"
    return request.tenant.leave_url or configuration.neutral_url or built_in


def neutral_answer(request: Request) -> Response:
    """The answer that leads to the neutral page.

    A private page gives it to somebody without a session, such as Back after leaving.
    """
    return HTTPSeeOther(location=neutral_url(request))
