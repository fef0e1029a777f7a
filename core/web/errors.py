"""What people see when something is not there, not allowed or broken: calm words, and no hint of what lies behind."""

from typing import Any

import structlog
from pyramid.config import Configurator
from pyramid.exceptions import BadCSRFOrigin, BadCSRFToken, URLDecodeError
from pyramid.httpexceptions import HTTPException, HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.response import Response

from core.crypto.tokens import choose
from core.web.left_out import would_be_here
from core.web.request import Request

log = structlog.get_logger("luwte.web")

PAGES = frozenset({400, 403, 404, 405, 413, 429, 500})
"""The statuses with a page of their own; any other is told as the nearest of 400 and 500."""


_CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class TenantClosed(Exception):
    """The site of an organisation that is suspended for the moment."""


class PluginHangs(Exception):
    """The pages of this plugin hold as many threads as they may, and do not answer."""


def includeme(config: Configurator) -> None:
    """Registers the error pages, outside the gate: they must answer on every host."""
    for context, view in (
        (HTTPException, http_error),
        (HTTPNotFound, not_found),
        (URLDecodeError, unreadable_address),
        (HTTPForbidden, forbidden),
        (BadCSRFToken, stale_form),
        (BadCSRFOrigin, stale_form),
        (TenantClosed, tenant_closed),
        (PluginHangs, hangs),
        (Exception, broken),
    ):
        config.add_exception_view(view, context=context, luwte_ungated=True)


def error_page(request: Request, status: int, template: str | None = None, **context: Any) -> Response:
    """Renders an error page with its status. On a host that is nobody's, it shows no brand."""
    _settle_staff(request)
    name = template or str(status if status in PAGES else 400 if status < 500 else 500)
    response = render_to_response(f"errors/{name}.html.jinja2", {"status": status, **context}, request=request)
    response.status = status
    return response


def _settle_staff(request: Request) -> None:
    """On an error page nobody is signed in when that cannot be told: the database may be what is broken."""
    try:
        _ = request.staff
    except Exception:  # noqa: BLE001 - it was told already, or the page that follows tells it
        request.__dict__["staff"] = None


def not_found(request: Request) -> Response:
    """Nothing is here. A foreign organisation's thing and one that never was answer alike."""
    if request.place == "neutral":  # an error page would show the network's name there
        return HTTPSeeOther(location="/")
    if request.known_tenant is None and request.place is None:
        return error_page(request, 404, "unknown_host")
    if would_be_here(request):
        return left_out(request)
    return error_page(request, 404)


def left_out(request: Request) -> Response:
    """An address of a plugin that could not be started: it is not gone, and the visitor did nothing wrong.

    The plugin cannot say any more whether its page was neutral, so on a site it is; at the workplace every page asks
    who is there first.
    """
    if request.place == "site" and request.tenant.state == "suspended":
        return tenant_closed(request)
    request.page_is_neutral = request.place == "site"
    _settle_staff(request)
    if request.place == "workplace" and (request.staff is None or request.staff.locked):
        return forbidden(request)
    return error_page(request, 503, "left_out")


def hangs(request: Request) -> Response:
    """A page of a plugin that does not answer at the moment, as one of a plugin that could not be started."""
    return left_out(request)


def unreadable_address(request: Request) -> Response:
    """An address that is no text (`/%ff`) is nobody's; the plainest answer, for even its path cannot be asked."""
    return Response("Not Found", status=404, content_type="text/plain", charset="utf-8")


def forbidden(request: Request) -> Response:
    """Whoever is not signed in is asked to sign in; whoever is, reads that this is not for them."""
    way_back = {"verder": request.path} if request.method == "GET" else {}
    if request.place in ("workplace", "console") and request.staff is None:
        return HTTPSeeOther(location=request.route_path("identity.sign_in", _query=way_back))
    if request.staff is not None and request.staff.locked:
        return HTTPSeeOther(location=request.route_path("identity.lock_screen", _query=way_back))
    return error_page(request, 403)


def stale_form(request: Request) -> Response:
    """A form without a valid token, or sent from another site: nothing was done."""
    return error_page(request, 403, "stale_form")


def tenant_closed(request: Request) -> Response:
    """The organisation's site is closed for the moment: its phone number and the emergency line stay."""
    return error_page(request, 503, "suspended")


def http_error(context: HTTPException, request: Request) -> Response:
    """Redirects go out as they are; every other HTTP error gets a page."""
    if context.status_int < 400:
        return context
    return error_page(request, context.status_int)


def broken(context: Exception, request: Request) -> Response:
    """Something failed. The visitor gets a code to name; the log gets it with type and code lines, never values."""
    code = "".join(choose(_CODE_LETTERS) for _ in range(6))
    route = request.matched_route.name if request.matched_route else None
    log.error("request failed", code=code, route=route, exc_info=context)
    return error_page(request, 500, code=code)
