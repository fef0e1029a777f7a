"""Compares the running application with what was declared: nothing is registered that nobody declared."""

from collections.abc import Iterable

from pyramid.config import Configurator

from core.errors import LuwteError
from core.hookspecs.values import Route

_LIBRARIES = ("pyramid.", "pyramid_tm.", "pyramid_retry.", "pyramid_jinja2.", "core.web.", "core.developer.")
"""Who may listen, stand around requests or render: the core, and the libraries that it is made of."""
_KINDS = {"subscribers": "subscriber", "tweens": "factory", "renderer factories": "factory"}


def refuse_undeclared(config: Configurator, declared: Iterable[Route]) -> None:
    """Raises LuwteError for the first route, view, subscriber, tween or renderer that nobody declared."""
    config.commit()
    names = {route.name for route in declared}
    for route in _registered(config, "routes"):
        if route["name"] not in names:
            raise LuwteError(f"The route {route['name']} is registered, but nobody declared it: take it out.")
    for view in _registered(config, "views"):
        if view["route_name"] not in names and not (view["exception_only"] or _is_pyramids_own(view["callable"])):
            raise LuwteError(f"A view without a declared route is registered ({view['callable']}): take it out.")
    for kind, key in _KINDS.items():
        for thing in _registered(config, kind):
            _refuse_stranger(kind, thing[key])


def _registered(config: Configurator, kind: str) -> list[dict[str, object]]:
    return [entry["introspectable"] for entry in config.introspector.get_category(kind) or ()]


def _is_pyramids_own(view: object) -> bool:
    """Pyramid's answer to an exception that is a response; in the end the core's error pages stand before it."""
    return getattr(view, "__module__", "") == "pyramid.httpexceptions"


def _refuse_stranger(kind: str, thing: object) -> None:
    module = str(getattr(thing, "__module__", type(thing).__module__)) + "."
    if not module.startswith(_LIBRARIES):
        raise LuwteError(f"Among the {kind} is one of {module[:-1]}, which is not the core's: take it out.")
