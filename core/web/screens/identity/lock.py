"""The lock screen: nothing of the work is shown until the password is given."""

from collections.abc import Mapping
from typing import Any

from pyramid.httpexceptions import HTTPNoContent, HTTPSeeOther
from pyramid.response import Response

from core.audit.record import record
from core.identity.services import sessions
from core.identity.staff_identity import StaffIdentity
from core.web.request import Request
from core.web.screens.identity.forms import desk, field, missing, refused, shown, too_many, way_on
from core.web.screens.identity.sign_in import forget_pages


def lock(request: Request) -> Response:
    """Put the lock screen up in all windows of this session."""
    staff, now = _signed_in(request), request.installation.clock()
    sessions.lock(request.db, staff.session_id, now)
    record(request.db, staff.id, "identity.locked", at=now)
    response = HTTPSeeOther(location=request.route_path("identity.lock_screen", _query={"verder": way_on(request)}))
    forget_pages(response)
    return response


def lock_screen(request: Request) -> Mapping[str, Any] | Response:
    """The lock screen, and the password that takes it away."""
    if request.staff is None:
        return HTTPSeeOther(location=request.route_path("identity.sign_in"))
    if not request.staff.locked:
        return HTTPSeeOther(location=way_on(request))
    if request.method == "POST":
        return _try(request, request.staff)
    return _screen(request, {})


def active(_request: Request) -> Response:
    """Told by the page while somebody works in it without loading another: the session stays awake.

    That the request was let in is what keeps it awake; a locked or ended session is answered otherwise.
    """
    return HTTPNoContent()


def _try(request: Request, staff: StaffIdentity) -> Mapping[str, Any] | Response:
    password = field(request, "password")
    faults = missing(request, staff.name, password) or too_many(request)
    if faults:
        return _screen(request, faults)
    refusal = desk(request).unlock(staff, password)
    if refusal is not None:
        return _screen(request, _for_password_alone(request, refused(request, refusal)))
    return HTTPSeeOther(location=way_on(request))


def _for_password_alone(request: Request, faults: dict[str, str]) -> dict[str, str]:
    if "wait" in faults:
        return faults
    return {"password": request.t("identity.fault.wrong_password", "This is not your password. Try again.")}


def _screen(request: Request, faults: Mapping[str, str]) -> Mapping[str, Any]:
    """`staff` is taken from the layout: neither a name nor the navigation is to be seen."""
    alias = request.staff.alias if request.staff else ""
    return shown(request, faults, staff=None, alias=alias)


def _signed_in(request: Request) -> StaffIdentity:
    if request.staff is None:
        raise LookupError("the permission let somebody in who is not signed in")
    return request.staff
