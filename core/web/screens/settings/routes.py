"""Addresses of the pages with settings. The console names an organisation in the address's query, not in its path."""

from core.hookspecs.values import NavigationItem, Route
from core.web.screens.settings import console, workplace

ROUTES = (
    Route(
        "settings.workplace",
        "/instellingen",
        workplace.settings,
        places=("workplace",),
        methods=("GET", "POST"),
        permission="core.change_settings",
        template="settings/workplace.html.jinja2",
    ),
    Route(
        "settings.console",
        "/instellingen",
        console.settings,
        places=("console",),
        methods=("GET", "POST"),
        permission="core.change_all_settings",
        template="settings/console.html.jinja2",
    ),
)
NAVIGATION = (
    NavigationItem("settings.workplace", "settings.title", "Settings", permission="core.change_settings", order=900),
    NavigationItem(
        "settings.console",
        "settings.title",
        "Settings",
        place="console",
        permission="core.change_all_settings",
        order=10,
    ),
)
