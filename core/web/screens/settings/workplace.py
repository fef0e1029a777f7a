"""Settings at the workplace: a coordinator's own organisation, for the plugins that it has switched on."""

from collections.abc import Mapping
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from core.settings.desk import seat_at
from core.web.request import Request
from core.web.screens.settings.forms import answer, page


def settings(request: Request) -> Mapping[str, Any] | Response:
    """The forms, and what becomes of one that is sent."""
    directory = request.installation.directory
    # Another process may have stored something a moment ago; who has just saved must see it.
    directory.refresh()
    tenant = directory.by_id(request.tenant.id) or request.tenant
    seat = seat_at(directory, tenant, network=False)
    if request.method != "POST":
        return page(request, seat, tenant.plugins) | {"saved": "bewaard" in request.GET}
    shown = answer(request, seat, tenant.plugins)
    if shown is not None:
        return shown | {"saved": False}
    return HTTPSeeOther(location=request.route_path("settings.workplace", _query={"bewaard": "ja"}))
