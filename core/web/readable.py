"""Refuses what cannot be read: a query, cookies or a form that is no text. Nothing behind it has to expect that."""

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.response import Response
from pyramid.tweens import EXCVIEW

from core.web.request import Request

Handler = Callable[[Request], Response]


def includeme(config: Configurator) -> None:
    """Stands inside the error pages, so that the refusal is told as any other."""
    config.add_tween("core.web.readable.make_reader", under=EXCVIEW)


def make_reader(handler: Handler, registry: Any) -> Handler:
    """Pyramid's way to make a tween."""

    def read(request: Request) -> Response:
        try:
            _ = (request.GET, request.cookies, request.POST)
        except (ValueError, LookupError):  # also what is raised for characters that are none
            _forget(request)
            raise HTTPBadRequest from None
        return handler(request)

    return read


def _forget(request: Request) -> None:
    """The error page asks for the language too, and must not stumble over the same."""
    request.environ["QUERY_STRING"] = ""
    request.environ.pop("HTTP_COOKIE", None)
    request.body = b""
    request.environ["CONTENT_TYPE"] = ""
