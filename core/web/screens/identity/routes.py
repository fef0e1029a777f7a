"""Addresses of signing in and out, the lock screen, and one's own password."""

from core.hookspecs.values import Place, Route
from core.web.screens.identity import lock, password, sign_in

_STAFF: tuple[Place, ...] = ("workplace", "console")

ROUTES = (
    Route(
        "identity.sign_in",
        "/aanmelden",
        sign_in.sign_in,
        places=_STAFF,
        methods=("GET", "POST"),
        public=True,
        template="identity/sign_in.html.jinja2",
    ),
    Route("identity.sign_out", "/afmelden", sign_in.sign_out, places=_STAFF, methods=("POST",), public=True),
    Route("identity.lock", "/vergrendel", lock.lock, places=_STAFF, methods=("POST",), permission="core.own_account"),
    Route(
        "identity.lock_screen",
        "/vergrendeld",
        lock.lock_screen,
        places=_STAFF,
        methods=("GET", "POST"),
        public=True,
        template="identity/lock_screen.html.jinja2",
    ),
    Route("identity.active", "/actief", lock.active, places=_STAFF, methods=("POST",), permission="core.own_account"),
    Route(
        "identity.password",
        "/wachtwoord",
        password.change_password,
        places=_STAFF,
        methods=("GET", "POST"),
        permission="core.own_account",
        template="identity/password.html.jinja2",
    ),
)
