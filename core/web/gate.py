"""The gate: the one place that decides whether an address exists here at all, before anybody's permission is asked."""

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response
from pyramid.viewderivers import INGRESS

from core.hookspecs.values import Place
from core.web.errors import PluginHangs, TenantClosed
from core.web.request import Request

WrappedView = Callable[[Any, Request], Response]


def includeme(config: Configurator) -> None:
    """Puts the gate around every view.

    It must stand outside `secured_view`: inside it a foreign organisation's address would answer 403, and so tell that
    it exists (Pyramid documents the order of derivers under "View Derivers").
    """
    config.add_view_deriver(tenant_gate, under=INGRESS, over="secured_view")
    config.add_route_predicate("luwte_places", PlacePredicate)


class PlacePredicate:
    """A route predicate: the same path may lead elsewhere on the site and on the workplace."""

    def __init__(self, places: tuple[Place, ...], config: Configurator) -> None:
        """`places` are the kinds of host that the route is for; none means every host, even one that is nobody's."""
        self._places = frozenset(places)

    def text(self) -> str:
        """How Pyramid names the predicate."""
        return f"luwte_places = {sorted(self._places)}"

    phash = text

    def __call__(self, context: Any, request: Request) -> bool:
        """Whether the request came to one of the places."""
        return not self._places or request.place in self._places


def tenant_gate(view: WrappedView, info: Any) -> WrappedView:
    """Derives a view that is there only for a live organisation with the view's plugin switched on.

    A plugin whose pages hang is kept from taking all the threads that answer pages.
    """
    plugin: str | None = info.options.get("luwte_plugin")
    when_closed = bool(info.options.get("luwte_when_closed"))
    if info.options.get("luwte_ungated"):
        return view

    def gated(context: Any, request: Request) -> Response:
        if not _is_here(request, plugin):
            raise HTTPNotFound
        if request.tenant.state == "suspended" and request.place == "site" and not when_closed:
            raise TenantClosed
        if plugin is None:
            return view(context, request)
        threads = request.installation.plugins.page_threads
        if threads.hang_in(plugin):
            raise PluginHangs
        with threads.at_work(plugin, request.tenant.slug):
            return view(context, request)

    return gated


# Pyramid's way to name a deriver's view options
tenant_gate.options = ("luwte_plugin", "luwte_ungated", "luwte_when_closed")  # type: ignore[attr-defined]


def _is_here(request: Request, plugin: str | None) -> bool:
    if request.known_tenant is None:
        return False
    return plugin is None or plugin in request.tenant.plugins
