"""Signing in to the workplace or the console, and out again."""

from collections.abc import Mapping
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from core.audit.record import record
from core.identity.services import sessions
from core.identity.services.sign_in import Refusal
from core.keys.services.shifts import end_shift
from core.web.request import Request
from core.web.screens.identity.forms import desk, field, missing, refused, shown, too_many, way_on
from core.web.screens.keys.helper import stays_open
from core.web.staff import give_staff_cookie, staff_cookie, take_staff_cookie


def sign_in(request: Request) -> Mapping[str, Any] | Response:
    """The form, and what becomes of it. Whoever is signed in already is sent on."""
    if request.method == "POST":
        return _try(request)
    if request.staff is not None:
        return HTTPSeeOther(location=way_on(request))
    return shown(request, {}, name="", signed_out="afgemeld" in request.GET)


def _try(request: Request) -> Mapping[str, Any] | Response:
    name, password = field(request, "name"), field(request, "password")
    faults = missing(request, name, password) or too_many(request)
    if faults:
        return shown(request, faults, name=name, signed_out=False)
    outcome = desk(request).sign_in(request.tenant.id, name, password, staff_cookie(request))
    if isinstance(outcome, Refusal):
        return shown(request, refused(request, outcome), name=name, signed_out=False)
    response = HTTPSeeOther(location=way_on(request))
    give_staff_cookie(request, response, outcome.cookie)
    return response


def sign_out(request: Request) -> Response:
    """End the session, locked or not, and let the browser forget cookie and pages."""
    if request.staff is not None:
        now = request.installation.clock()
        # The browser drops the keys in any case; on record the shift stays open as long as a conversation is.
        if stays_open(request) is None:
            end_shift(request.db, request.staff.id, now)
        sessions.end(request.db, request.staff.session_id, now)
        record(request.db, request.staff.id, "identity.signed_out", at=now)
    response = HTTPSeeOther(location=request.route_path("identity.sign_in", _query={"afgemeld": "ja"}))
    take_staff_cookie(request, response)
    forget_pages(response)
    return response


def forget_pages(response: Response) -> None:
    """Let the browser drop pages that it kept, so that Back shows none of them."""
    response.headers["Clear-Site-Data"] = '"cache"'
