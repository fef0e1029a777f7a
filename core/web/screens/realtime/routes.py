"""Addresses that give a page its realtime token."""

from core.hookspecs.values import Route
from core.web.screens.realtime.views import seeker_token, staff_token

ROUTES = (
    Route("realtime.seeker_token", "/verbinding", seeker_token, methods=("POST",), public=True, template="json"),
    Route(
        "realtime.staff_token",
        "/verbinding",
        staff_token,
        places=("workplace",),
        methods=("POST",),
        permission="core.be_present",
        template="json",
    ),
)
