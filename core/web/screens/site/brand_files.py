"""The brand's stylesheet and logo: addresses that change with the brand, so that browsers may keep them for ever."""

from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response

from core.web.brand import brand_of
from core.web.request import Request

_FOR_EVER = "public, max-age=31536000, immutable"


def stylesheet_file(request: Request) -> Response:
    """The brand's tokens as CSS. An older address answers the brand of today, but may not be kept."""
    brand = brand_of(request.tenant)
    return _file(request, brand.stylesheet, "text/css", brand.hash)


def logo_file(request: Request) -> Response:
    """The logo, for use in `img`: reduced to what draws when it came in, and under every answer's strict policy."""
    brand = brand_of(request.tenant)
    if brand.logo is None:
        raise HTTPNotFound
    return _file(request, brand.logo, "image/svg+xml", brand.hash)


def _file(request: Request, text: str, content_type: str, current: str) -> Response:
    response = Response(text=text, content_type=content_type, charset="utf-8")
    kept = request.matchdict["hash"] == current
    response.headers["Cache-Control"] = _FOR_EVER if kept else "no-cache"
    return response
