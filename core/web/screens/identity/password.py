"""Changing one's own password."""

from collections.abc import Mapping
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from core.identity.models import Staff
from core.identity.names import MAX_PASSWORD, MIN_PASSWORD
from core.identity.services.staff import set_password
from core.identity.staff_identity import StaffIdentity
from core.web.request import Request
from core.web.screens.identity.forms import desk, field, refused, shown, too_many


def change_password(request: Request) -> Mapping[str, Any] | Response:
    """The form, and what becomes of it. All other sessions of the account end."""
    if request.method != "POST":
        return shown(request, {}, changed="gelukt" in request.GET)
    if request.staff is None:
        raise LookupError("the permission let somebody in who is not signed in")
    faults = _faults(request) or too_many(request) or _wrong(request, request.staff)
    if faults:
        return shown(request, faults, changed=False)
    _store(request, request.staff)
    return HTTPSeeOther(location=request.route_path("identity.password", _query={"gelukt": "ja"}))


def _faults(request: Request) -> dict[str, str]:
    t, faults = request.t, {}
    if not field(request, "password"):
        faults["password"] = t("identity.fault.password", "Fill in your password.")
    if not MIN_PASSWORD <= len(field(request, "new")) <= MAX_PASSWORD:
        sentence = t(
            "identity.fault.short", "Choose at least {n} characters. A few words together are best.", n=MIN_PASSWORD
        )
        faults["new"] = sentence
    elif field(request, "new") != field(request, "again"):
        faults["again"] = t("identity.fault.again", "This is not the same as above. Type it once more.")
    return faults


def _wrong(request: Request, staff: StaffIdentity) -> dict[str, str]:
    refusal = desk(request).confirm(staff, field(request, "password"))
    if refusal is None:
        return {}
    if refusal.wait_until is not None:
        return refused(request, refusal)
    return {"password": request.t("identity.fault.wrong_password", "This is not your password. Try again.")}


def _store(request: Request, staff: StaffIdentity) -> None:
    account = request.db.find(Staff, staff.id)
    if account is None:
        raise LookupError("the account went away while its password was changed")
    set_password(request.db, account, field(request, "new"), request.installation.clock(), keep=staff.session_id)
