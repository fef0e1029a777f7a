"""What every template can use: the organisation, the translator, addresses of pages and files, the navigation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup
from pyramid.config import Configurator
from pyramid.events import BeforeRender

from core.hookspecs.values import Badge, NavigationItem
from core.i18n.formats import direction, language_name
from core.web.assets import AssetStore
from core.web.brand import brand_of
from core.web.contributions import badges, dashboard_panels, footer_links, workbench_panels
from core.web.request import Request


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """A link in the navigation as a template shows it."""

    label: str
    url: str
    current: bool
    badge: Badge | None = None


def includeme(config: Configurator) -> None:
    """Gives every template the names below."""
    config.add_subscriber(_add_names, BeforeRender)


def _add_names(event: Mapping[str, Any]) -> None:
    request: Request | None = event.get("request")
    if request is not None:
        for name, value in template_names(request).items():
            event.setdefault(name, value)  # type: ignore[attr-defined]  # BeforeRender is a mutable mapping


def template_names(request: Request) -> dict[str, Any]:
    """The names that every template can use; the layouts rely on them."""
    assets: AssetStore = request.registry["luwte.assets"]
    return {
        "tenant": request.known_tenant,
        "brand": brand_of(request.known_tenant) if request.known_tenant else None,
        "direction": direction(request.language),
        "place": request.place,
        "t": request.t,
        "language": request.language,
        "language_name": language_name,
        "neutral": request.page_is_neutral,
        "staff": request.staff,
        "asset": assets.url,
        "url": _urls(request),
        "csrf_field": lambda: csrf_field(request),
        "csrf_token": lambda: request.csrf_token,
        # Asked once for a page, and only by a page that shows it.
        "navigation": cache(lambda: navigation(request)),
        "footer_links": cache(lambda: footer_links(request)),
        "dashboard_panels": cache(lambda: dashboard_panels(request)),
        "workbench_panels": cache(lambda: workbench_panels(request)),
    }


def csrf_field(request: Request) -> Markup:
    """The hidden field that every form on Luwte's pages carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(request.csrf_token)


def _urls(request: Request) -> Callable[..., str]:
    def url(route: str, /, _query: Mapping[str, str] | None = None, **ids: Any) -> str:
        return str(request.route_path(route, _query=_query, **ids))

    return url


def navigation(request: Request) -> list[NavigationLink]:
    """The links that this visitor may follow, in order, with the marks that plugins put beside them."""
    items = [item for item in _items(request) if item.place == request.place and _may_follow(request, item)]
    marks = badges(request) if items and request.place == "workplace" else {}
    return [_link(request, item, marks) for item in sorted(items, key=lambda item: (item.order, item.route))]


def _items(request: Request) -> list[NavigationItem]:
    """The core's own links and those of the organisation's plugins."""
    own: tuple[NavigationItem, ...] = request.registry.get("luwte.navigation", ())
    if request.known_tenant is None:
        return []
    plugins = request.installation.plugins.plugins
    enabled = [plugins[name] for name in plugins if name in request.known_tenant.plugins]
    return [*own, *(item for plugin in enabled for item in plugin.navigation)]


def _may_follow(request: Request, item: NavigationItem) -> bool:
    return item.permission is None or bool(request.has_permission(item.permission))


def _link(request: Request, item: NavigationItem, marks: Mapping[str, Badge]) -> NavigationLink:
    here = request.matched_route is not None and request.matched_route.name == item.route
    label = request.t(item.label_key, item.label)
    return NavigationLink(label, request.route_path(item.route), here, marks.get(item.route))
