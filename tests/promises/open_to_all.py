"""For the proof of P10: every page of the running application by introspection, and what axe finds on it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from core.app import Application
from core.console import routes as console
from core.developer import routes as developer
from core.hookspecs.values import Route
from core.testing.server import RunningServer
from core.web import screens

BRANDS = (
    "luisterboom", "thuisanker", "thuisanker-noord", "thuisanker-midden", "thuisanker-zuid", "hulpbaken", "vlechtwerk",
)  # fmt: skip
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
_CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
_READING = re.compile(r'href="/lezen/([^"?]+)"')


def pages_of(application: Application, place: str) -> list[Route]:
    """Every route of a place that answers a GET with a page, core's and plugins'; none that was not declared."""
    installation = application.installation
    plugins = [route for plugin in installation.plugins.plugins.values() for route in plugin.routes]
    own = (*screens.all_routes(), *console.ROUTES, *developer.ROUTES)
    routes = {route.name: route for route in (*own, *plugins)}
    assert set(_registered(application)) <= routes.keys(), "a route that nobody declared"
    return [route for route in routes.values() if place in route.places and _is_page(route)]


def _registered(application: Application) -> Iterator[str]:
    router: Any = application.wsgi._app._app
    for item in router.registry.introspector.get_category("routes"):
        yield item["introspectable"]["name"]


def _is_page(route: Route) -> bool:
    return "GET" in route.methods and (route.template or "").endswith(".html.jinja2")


def reading_of(server: RunningServer, brand: str) -> list[str]:
    """The pages to read of an organisation."""
    _, body = server.get(f"{brand}.localhost")
    slugs = list(dict.fromkeys(_READING.findall(body.decode())))
    assert slugs, f"{brand} has nothing to read"
    return slugs


def addresses(route: Route, known: dict[str, list[str]]) -> list[str]:
    """The paths of a route, one for each thing in `known` that fits its braces."""
    parts = re.findall(r"\{([a-z_]+)[^}]*\}", route.path)
    assert len(parts) <= 1, f"{route.name}: say in this file how its address is made"
    if not parts:
        return [route.path]
    assert parts[0] in known, f"{route.name}: say in this file what {{{parts[0]}}} can be"
    return [re.sub(r"\{[^}]*\}", value, route.path) for value in known[parts[0]]]


@dataclass(slots=True)
class Look:
    """A browser window with axe in it: what was looked at, and what is wrong with it."""

    page: Page
    looked: int = 0
    wrong: list[str] = field(default_factory=list)

    def at(self, address: str) -> bool:
        """Looks at an address; whether it is a page of its own, and not absent or moved elsewhere."""
        response = self.page.goto(address)
        assert response is not None
        if response.status == 404 or urlsplit(self.page.url).path != urlsplit(address).path:
            return False
        self.now(urlsplit(address).netloc.partition(".")[0] + urlsplit(address).path)
        return True

    def now(self, name: str) -> None:
        """Looks at the page as it is, light and dark. The dark one differs in colours alone."""
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self._note(f"{name} (light)", Axe().run(self.page).response)
        self.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        self._note(f"{name} (dark)", self.page.evaluate("options => axe.run(options)", _CONTRAST))
        if self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
            self.wrong.append(f"{name}: wider than the window")

    def _note(self, name: str, found: Any) -> None:
        self.looked += 1
        rules = found["violations"]
        self.wrong += [f"{name}: {rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in rules]


def sign_in_as(context: BrowserContext, server: RunningServer, host: str, cookie: str) -> None:
    """Lets a window be the one that signed in."""
    context.add_cookies([{"name": "staff", "value": cookie, "url": server.address(host)}])


def tab_to(page: Page, target: str, most: int = 40) -> None:
    """Presses Tab until the focus is on what the selector names, and sees that the focus shows."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", target):
            assert page.evaluate("() => parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 3"), target
            return
    raise AssertionError(f"{target} cannot be reached by Tab on {page.url}")


def names(routes: Iterable[Route]) -> set[str]:
    """The names of routes."""
    return {route.name for route in routes}
