"""The whole web application in this process: organisations in every state, a small plugin with every kind of route."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs
from webob import Request, Response
from webtest import TestApp, TestResponse

from core.app import make_application
from core.configuration import Configuration
from core.identity.models import Staff
from core.identity.services.sessions import lock, open_session
from core.installation import Installation
from core.tenancy.changes import set_value, switch_plugin
from core.tenancy.session import network_session, tenant_session
from core.tenancy.tenant import Tenant
from core.testing.clocks import FixedClock
from core.testing.installations import make_installation
from core.testing.organisations import add_tenant
from core.testing.sqlite import open_copy
from core.testing.throwaway import Workshop, workshop_in

TEA = """
from pyramid.httpexceptions import HTTPFound, exception_response
from pyramid.response import Response
from core.api import NavigationItem, Permission, Route, StartAction, hookimpl


def say(text):
    return lambda request: Response(text, content_type="text/plain", charset="utf-8")


def boil(request):
    raise RuntimeError("a secret about 203.0.113.9")


def refuse(request):
    raise exception_response(int(request.matchdict["status"]))


def move(request):
    raise HTTPFound(location="/tea")


def nothing(request):
    return None


@hookimpl
def declare_permissions():
    return (
        Permission("tea.drink", frozenset({"helper"}), "Drink."),
        Permission("tea.brew", frozenset({"coordinator"}), "Brew."),
    )


@hookimpl
def declare_routes():
    return (
        Route("tea.page", "/tea", say("tea"), public=True),
        Route("tea.open", "/tea/open", say("open"), public=True, private=False),
        Route("tea.boil", "/tea/boil", boil, public=True),
        Route("tea.refuse", "/tea/refuse/{status}", refuse, public=True),
        Route("tea.move", "/tea/move", move, public=True),
        Route("tea.nothing", "/tea/nothing", nothing, public=True, template="string"),
        Route("tea.pour", "/tea/pour", say("poured"), methods=("POST",), public=True),
        Route("tea.free", "/tea/free", say("free"), methods=("POST",), public=True, csrf=False),
        Route("tea.both", "/tea/both", say("site"), public=True),
        Route("tea.both_work", "/tea/both", say("work"), places=("workplace",), public=True),
        Route("tea.drink", "/tea/drink", say("drunk"), places=("workplace",), permission="tea.drink"),
        Route("tea.brew", "/tea/brew", say("brewed"), places=("workplace",), permission="tea.brew"),
        Route("tea.network", "/tea/network", say("network"), places=("console",), public=True),
        Route("tea.inside", "/tea/inside", say("inside"), permission="tea.drink"),
    )


@hookimpl
def declare_navigation():
    return (
        NavigationItem("tea.brew", "tea.brew", "Brewing", permission="tea.brew", order=20),
        NavigationItem("tea.drink", "tea.drink", "Drinking", permission="tea.drink", order=10),
        NavigationItem("tea.both_work", "tea.both", "Everybody", order=30),
        NavigationItem("tea.page", "tea.page", "On the site", place="site"),
    )


@hookimpl
def add_start_action(request):
    return StartAction("Drink tea", "It is hot", "/tea")
"""

DUTCH = {
    "tea__brew": ("Brewing", "Zetten"),
    "tea__drink": ("Drinking", "Drinken"),
    "tea__both": ("Everybody", "Iedereen"),
    "tea__page": ("On the site", "Op de site"),
}
LIVE, WITHOUT, DRAFT, CLOSED = "boom", "kaal", "jong", "dicht"
"""Organisations: with the plugin, without it, in preparation, suspended."""


def site(slug: str) -> str:
    """The host of an organisation's site."""
    return f"{slug}.localhost"


def work(slug: str) -> str:
    """The host of an organisation's workplace."""
    return f"{slug}-werk.localhost"


@dataclass(frozen=True, slots=True)
class House:
    """The application and the installation behind it."""

    app: TestApp
    installation: Installation
    clock: FixedClock

    def ask(self, host: str, path: str = "/", method: str = "GET", **headers: str) -> TestResponse:
        """Sends a request; any status is an answer. `headers` by name with `_` for the dash."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.app.request(path, method=method, headers={"Host": f"{host}:6543", **named}, expect_errors=True)

    def ask_raw(self, host: str, path: str, **headers: str) -> Response:
        """Sends a GET request; the answer is as it goes over the line, still compressed."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request.blank(path, headers={"Host": f"{host}:6543", **named})
        return request.get_response(self.app.app)

    def tenant(self, slug: str) -> Tenant:
        """An organisation as it is now."""
        found = self.installation.directory.by_slug(slug)
        assert found is not None
        return found

    def sign_in(self, slug: str, *roles: str, locked: bool = False) -> str:
        """A Cookie header of somebody who is signed in at an organisation."""
        engine, now = self.installation.engine, self.clock()
        with tenant_session(engine, self.tenant(slug).id) as session, session.begin():
            name = f"staff-{uuid4().hex[:8]}"
            staff = Staff(name=name, alias="Noor", roles=frozenset(roles), password_hash="-", created_at=now)
            session.add(staff)
            session.flush()
            row, cookie = open_session(session, self.installation.keys, staff, now)
            if locked:
                lock(session, row.id, now)
        return f"staff={cookie}"


def open_house(folder: Path, template: Path, clock: FixedClock, workshop: Workshop, **settings: Any) -> House:
    """Stores the organisations and builds the application over them."""
    database = open_copy(template, folder / "luwte.db")
    configuration = Configuration(
        home=folder / "var", database=database.url, start_tenant=LIVE, tenants_folder=folder / "tenants", **settings
    )
    for slug, state, plugins in (
        (LIVE, "live", ["tea"]),
        (WITHOUT, "live", ["coffee"]),
        (DRAFT, "draft", ["tea"]),
        (CLOSED, "suspended", ["tea"]),
    ):
        facts: Mapping[str, Any] = {"state": state, "phone__number": "0800 0431", "languages": ["nl", "en"]}
        add_tenant(database.engine, slug, plugins=plugins, clock=clock, **facts)
    add_tenant(database.engine, "console", kind="network", clock=clock)
    database.close()
    tea = workshop.plugin("tea", TEA)
    workshop.translate(tea, **DUTCH)
    installation = make_installation(configuration, clock, [tea])
    return House(TestApp(make_application(installation)), installation, clock)


def change_tenant(house: House, tenant_id: UUID, **values: Any) -> None:
    """Changes facts of an organisation, and lets this process see it now."""
    with network_session(house.installation.engine, "test") as session, session.begin():
        for key, value in values.items():
            set_value(session, tenant_id, key, value)
    house.installation.directory.refresh()


def switch(house: House, slug: str, plugin: str, on: bool) -> None:
    """Switches a plugin on or off, and lets this process see it now."""
    with network_session(house.installation.engine, "test") as session, session.begin():
        switch_plugin(session, house.tenant(slug).id, plugin, on=on)
    house.installation.directory.refresh()


@pytest.fixture
def house(tmp_path: Path, sqlite_template: Path, clock: FixedClock) -> Iterator[House]:
    """The application on SQLite: what is decided here is decided from memory."""
    with workshop_in(tmp_path / "plugins") as workshop, capture_logs():
        opened = open_house(tmp_path, sqlite_template, clock, workshop)
        yield opened
        opened.installation.engine.dispose()
