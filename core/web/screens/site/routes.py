"""Addresses of an organisation's own pages and of its brand."""

from core.hookspecs.values import Place, Route
from core.web.screens.site import brand_files, views

_BRANDED: tuple[Place, ...] = ("site", "workplace", "console")

ROUTES = (
    Route("site.home", "/", views.home, public=True, private=False, template="site/home.html.jinja2"),
    Route("site.page", "/lezen/{page}", views.page, public=True, private=False, template="site/page.html.jinja2"),
    Route(
        "site.about",
        "/over-deze-site",
        views.about,
        public=True,
        private=False,
        template="site/about.html.jinja2",
    ),
    Route(
        "site.workplace",
        "/",
        views.workplace,
        places=("workplace",),
        permission="core.be_present",
        template="site/workplace.html.jinja2",
    ),
    Route(
        "site.brand_stylesheet",
        "/brand/{hash}.css",
        brand_files.stylesheet_file,
        places=_BRANDED,
        public=True,
        private=False,
        when_closed=True,
    ),
    Route(
        "site.brand_logo",
        "/brand/{hash}/logo.svg",
        brand_files.logo_file,
        places=_BRANDED,
        public=True,
        private=False,
        when_closed=True,
    ),
)
