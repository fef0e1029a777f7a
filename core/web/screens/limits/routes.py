"""Addresses of the pages on how long things stay."""

from core.hookspecs.values import NavigationItem, Route
from core.web.screens.limits import views

_TEMPLATE = "limits/limits.html.jinja2"
ROUTES = (
    Route(
        "limits.workplace",
        "/bewaren",
        views.workplace,
        places=("workplace",),
        methods=("GET", "POST"),
        permission="core.change_settings",
        template=_TEMPLATE,
    ),
    Route(
        "limits.console",
        "/bewaren",
        views.console,
        places=("console",),
        methods=("GET", "POST"),
        permission="core.change_all_settings",
        template=_TEMPLATE,
    ),
)
NAVIGATION = (
    NavigationItem("limits.workplace", "limits.title", "How long things stay", permission="core.change_settings",
                   order=910),
    NavigationItem("limits.console", "limits.title", "How long things stay", place="console",
                   permission="core.change_all_settings", order=15),
)  # fmt: skip
