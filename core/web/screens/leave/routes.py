"""Addresses of leaving."""

from core.hookspecs.values import Route
from core.web.screens.leave.calendar import month_page
from core.web.screens.leave.views import leave, safe_visit

ROUTES = (
    # A link, not a form: it must work without JavaScript in one tap.
    # It must lead away from the page that says "closed" too.
    Route("leave.now", "/weg", leave, public=True, neutral=True, when_closed=True),
    Route(
        "leave.safe_visit",
        "/veilig-bezoek",
        safe_visit,
        public=True,
        neutral=True,
        when_closed=True,
        template="leave/safe_visit.html.jinja2",
    ),
    Route(
        "leave.neutral",
        "/",
        month_page,
        places=("neutral",),
        public=True,
        private=False,
        neutral=True,
        template="leave/calendar.html.jinja2",
    ),
)
