"""Addresses of static files."""

from core.hookspecs.values import Route
from core.web.assets import serve_asset

ROUTES = (
    # On every host: the pages that say "closed" and "no site here" have a style too.
    Route("assets.static", "/static/{version}/{path:.*}", serve_asset, places=(), public=True, private=False),
)
