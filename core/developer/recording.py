"""Puts the recorder around the requests of the application: one tween, and two derivers around each view."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pyramid.config import Configurator
from pyramid.response import Response
from pyramid.tweens import INGRESS
from sqlalchemy.exc import SQLAlchemyError

from core.developer.recorder import Recorder
from core.developer.ways import Way
from core.hookspecs.values import Place, Route
from core.tenancy.tenant import Tenant
from core.web.request import Request

NOT_KEPT = frozenset({"developer.requests", "assets.static", "site.brand_stylesheet", "site.brand_logo"})
"""Routes of which nothing is remembered: the page itself, and files, which would drive out all else."""

_Handler = Callable[[Request], Response]
_View = Callable[[Any, Request], Any]


def record_requests(config: Configurator, routes: Iterable[Route]) -> None:
    """From now on remembers the last requests. `routes`: all that the application has."""
    installation = config.registry["luwte.installation"]
    config.registry["luwte.recorder"] = Recorder(installation.engine, installation.plugins.budgets.clock)
    config.registry["luwte.routes_by_name"] = {route.name: route for route in routes}
    config.add_tween(f"{__name__}.around_request", under=INGRESS)
    config.add_view_deriver(around_template)
    config.add_view_deriver(around_view, under="rendered_view", over="mapped_view")


def around_request(handler: _Handler, registry: Any) -> _Handler:
    """The tween: outside everything else that stands around a request, errors' pages and commit included."""
    recorder: Recorder = registry["luwte.recorder"]

    def recorded(request: Request) -> Response:
        status = 500
        with recorder.way() as way:
            try:
                response = handler(request)
                status = response.status_int
            finally:
                _describe(way, request, status)
        if way.route not in NOT_KEPT:
            recorder.ways.add(way)
        return response

    return recorded


def _describe(way: Way, request: Request, status: int) -> None:
    route, (tenant, place) = request.matched_route, _whose(request)
    way.method, way.status = request.method, status
    way.attempt = request.environ.get("retry.attempt", 0) + 1
    way.route, way.pattern = (route.name, route.pattern) if route else ("", "")
    way.tenant, way.place = tenant.slug if tenant else "", place or ""


def _whose(request: Request) -> tuple[Tenant | None, Place | None]:
    try:
        return request.known_tenant, request.place
    except SQLAlchemyError:  # nobody could tell: the answer has said so
        return None, None


def around_view(view: _View, info: Any) -> _View:
    """Notes the view itself, by the name of the function that does the work."""
    route, recorder = _route_of(info), _recorder_of(info)
    name = name_of(route.view if route else info.original_view)

    def noted(context: Any, request: Request) -> Any:
        with recorder.step("view", name):
            answer = view(context, request)
        if not isinstance(answer, Response):
            recorder.draws()
        return answer

    return noted


def around_template(view: _View, info: Any) -> _View:
    """Notes the template, from the end of the view to the page."""
    route, recorder = _route_of(info), _recorder_of(info)
    if route is None or route.template is None:
        return view
    name = route.template

    def noted(context: Any, request: Request) -> Any:
        with recorder.template(name):
            return view(context, request)

    return noted


def _recorder_of(info: Any) -> Recorder:
    recorder: Recorder = info.registry["luwte.recorder"]
    return recorder


def _route_of(info: Any) -> Route | None:
    """The declared route of a view; None for the answer to an error."""
    routes: Mapping[str, Route] = info.registry["luwte.routes_by_name"]
    return routes.get(info.options["route_name"])


def name_of(function: object) -> str:
    """Module and name of a function, or of the class of what can be called."""
    named: Any = function if hasattr(function, "__qualname__") else type(function)
    return f"{named.__module__}.{named.__qualname__}"
