"""For the contract: a plugin's pages, the headers that every answer has, and what axe finds in a browser."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from axe_playwright_python.sync_playwright import Axe
from waitress.server import create_server
from webtest import TestResponse

from core.api import Route
from core.plugin_host.host import Plugin
from core.testing.app import App, site, workplace
from core.testing.browser import Visit
from core.testing.examples import opened_elsewhere, parts_of

PHONE = {"width": 360, "height": 740}
STRICT = {
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
"""Headers that every answer has, with their one value."""
POLICY = ("default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'")
"""What every answer's content security policy says, besides more."""

_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"


def path_of(route: Route, **parts: str) -> str:
    """An address that fits a route: `parts` by name, every other part an id that never was."""
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: parts.get(found[1], str(uuid4())), route.path)


def header_faults(response: TestResponse) -> list[str]:
    """What lacks in an answer's headers."""
    headers = {name.lower(): value for name, value in response.headerlist}
    policy = headers.get("content-security-policy", "").split("; ")
    return [
        *(f"{name} is {headers.get(name)}" for name, value in STRICT.items() if headers.get(name) != value),
        *(f"the content security policy lacks {part}" for part in POLICY if part not in policy),
        *(["it names the server"] if "server" in headers else []),
    ]


def pages_of(plugin: Plugin, app: App, slug: str) -> Iterator[tuple[str, str, str]]:
    """Each page of the plugin: its route's name, its host and its address, with an example of each id in it.

    What `OPENED_ELSEWHERE` in the plugin's examples names is left out.
    """
    hosts, elsewhere = {"site": site(slug), "workplace": workplace(slug)}, opened_elsewhere(plugin.card)
    for route in plugin.routes:
        is_page = "GET" in route.methods and (route.template or "").endswith(".html.jinja2")
        for place in route.places if is_page and route.name not in elsewhere else ():
            if place in hosts:
                ids = {name: app.make(slug, plugin.name, name) for name in parts_of(route)}
                yield route.name, hosts[place], path_of(route, **ids)


@contextmanager
def served(app: App) -> Iterator[None]:
    """The application on the port that it takes itself to be on."""
    port = app.installation.configuration.pages_port
    server = create_server(app.pages.app, host="127.0.0.1", port=port, threads=2)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.close()
        thread.join(timeout=1)


def faults_of_page(app: App, visit: Visit, host: str, path: str, cookie: str) -> list[str]:
    """What axe finds on a page, light and dark, and whether it is wider than a phone."""
    page = visit(bypass_csp=True, viewport=PHONE)
    address = f"http://{host}:{app.installation.configuration.pages_port}"
    page.context.add_cookies([{"name": "staff", "value": cookie.partition("=")[2], "url": address}])
    response = page.goto(address + path)
    if response is None or response.status != 200:
        return [f"it does not open: {response and response.status}"]
    found: list[str] = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        rules: Any = Axe().run(page).response["violations"]
        found += [f"{scheme}: {rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in rules]
    return [*found, *(["wider than the window"] if page.evaluate(_WIDE) else [])]
