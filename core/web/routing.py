"""Registers the routes that core's screens and plugins declare: plugins never touch Pyramid's configurator."""

from collections.abc import Iterable
from typing import Any

from pyramid.config import Configurator
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from core.hookspecs.values import Route
from core.plugin_host.checks import check_route
from core.web.request import Request


def add_routes(config: Configurator, routes: Iterable[Route], plugin: str | None = None) -> None:
    """Registers routes of one owner: a plugin, or with None the core."""
    for route in routes:
        check_route(plugin or "core", route)
        config.add_route(route.name, route.path, luwte_places=route.places, request_method=_methods(route))
        config.add_view(
            _settled(route),
            route_name=route.name,
            renderer=route.template,
            permission=NO_PERMISSION_REQUIRED if route.public else route.permission,
            require_csrf=route.csrf and not set(route.methods) <= {"GET", "HEAD"},
            luwte_plugin=plugin,
            luwte_ungated=not route.places,
            luwte_when_closed=route.when_closed,
        )


def _methods(route: Route) -> tuple[str, ...]:
    return (*route.methods, "HEAD") if "GET" in route.methods else route.methods


def _settled(route: Route) -> Any:
    """The route's view, after telling the request what the layout and the headers need to know of the page."""

    def view(request: Request) -> Any:
        request.page_is_neutral = route.neutral
        if not route.private:
            request.response.cache_control = "no-cache"
        answer = route.view(request)
        if not isinstance(answer, Response):
            return {} if answer is None else answer
        return answer

    return view
