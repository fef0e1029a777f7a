"""The address of the developers' page, its link and its template."""

from pathlib import Path

from core.developer import page
from core.hookspecs.values import NavigationItem, Route

TEMPLATES = Path(__file__).parent / "templates"

# At the console, because it shows requests of all organisations side by side.
ROUTES = (
    Route(
        "developer.requests",
        "/verzoeken",
        page.requests,
        places=("console",),
        permission="core.see_plugins",
        template="developer/requests.html.jinja2",
    ),
)
NAVIGATION = (
    NavigationItem(
        "developer.requests", "developer.requests", "Requests", place="console", permission="core.see_plugins", order=30
    ),
)
