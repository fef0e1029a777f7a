"""Addresses of the console, its links and its templates."""

from pathlib import Path

from core.console import home, plugins
from core.hookspecs.values import NavigationItem, Route

TEMPLATES = Path(__file__).parent / "templates"

ROUTES = (
    Route(
        "console.home",
        "/",
        home.home,
        places=("console",),
        permission="core.be_present",
        template="console/home.html.jinja2",
    ),
    Route(
        "console.plugins",
        "/plug-ins",
        plugins.plugins,
        places=("console",),
        permission="core.see_plugins",
        template="console/plugins.html.jinja2",
    ),
)
NAVIGATION = (
    NavigationItem(
        "console.plugins", "console.plugins", "Plug-ins", place="console", permission="core.see_plugins", order=20
    ),
)
