"""The pages of a whole installation, asked without a server: two organisations, with and without the plugins.

Load it in the conftest.py at the root, after the modules that it uses: `pytest_plugins = ["core.testing.databases",
"core.testing.server", "core.testing.browser", "core.testing.app"]`, and `core.testing.sockets` after it, for sockets. A
test with `app` runs on SQLite and on PostgreSQL.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs
from webtest import TestApp, TestResponse

from core.app import make_application
from core.configuration import Configuration
from core.crypto import digest
from core.identity.models import Staff
from core.identity.services.sessions import open_session
from core.installation import Installation
from core.plugin_host.card import PluginCard
from core.plugin_host.discovery import find_plugins
from core.tenancy.changes import set_value
from core.tenancy.session import TenantSession, network_session
from core.tenancy.tenant import Tenant
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.examples import examples_of
from core.testing.installations import make_installation
from core.testing.organisations import add_tenant
from core.testing.server import free_ports
from core.testing.sessions import in_transaction
from core.testing.sqlite import open_copy

T = TypeVar("T")

WITH, OTHER, WITHOUT = "aster", "berk", "kaal"
"""Organisations: two that have every installed plugin switched on, and one that has none."""


def site(slug: str) -> str:
    """The host of an organisation's site."""
    return f"{slug}.localhost"


def workplace(slug: str) -> str:
    """The host of an organisation's workplace."""
    return f"{slug}-werk.localhost"


@dataclass(frozen=True, slots=True)
class App:
    """The application and the installation behind it."""

    pages: TestApp
    installation: Installation
    clock: FixedClock

    def ask(self, host: str, path: str = "/", method: str = "GET", cookie: str = "", **fields: str) -> TestResponse:
        """Sends a request; any status is an answer. `fields` are a form's, sent with its token where it is a POST."""
        port = self.installation.configuration.pages_port
        headers = {"Host": f"{host}:{port}", "Origin": f"http://{host}:{port}", "Cookie": cookie}
        if method == "POST" and cookie:
            keys, value = self.installation.keys, cookie.partition("=")[2]
            headers["X-CSRF-Token"] = digest(keys.secret("form-tokens"), "form-token", f"{host}:{port}", value).hex()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        sent = {name: value for name, value in headers.items() if value}
        body = urlencode(fields).encode() if fields else None
        return self.pages.request(path, method=method, headers=sent, body=body, expect_errors=True)

    def tenant(self, slug: str) -> Tenant:
        """An organisation as it is now."""
        found = self.installation.directory.by_slug(slug)
        assert found is not None
        return found

    def do(self, slug: str, work: Callable[[TenantSession], T]) -> T:
        """Runs `work(session)` as an organisation, in a transaction of its own."""
        return in_transaction(self.installation.engine, self.tenant(slug).id, work)

    def make(self, slug: str, plugin: str, name: str) -> str:
        """Makes one more of what a plugin's `examples.py`, or the core's, calls `name`, at an organisation: its id."""
        factory = examples_of(self.installation.plugins.plugins[plugin].card)[name]
        return str(self.do(slug, factory))

    def sign_in(self, slug: str, *roles: str) -> str:
        """A Cookie header of somebody with these roles, who is signed in at an organisation."""
        return self.sign_in_new(slug, *roles)[0]

    def sign_in_new(self, slug: str, *roles: str) -> tuple[str, UUID]:
        """The same, with the id of the account."""

        def work(session: TenantSession) -> tuple[str, UUID]:
            name = f"staff-{uuid4().hex[:8]}"
            facts = {"name": name, "alias": "Noor", "password_hash": "-", "created_at": self.clock()}
            staff = Staff(roles=frozenset(roles), **facts)
            session.add(staff)
            session.flush()
            return open_session(session, self.installation.keys, staff, self.clock())[1], staff.id

        cookie, staff_id = self.do(slug, work)
        return f"staff={cookie}", staff_id

    def set(self, slug: str, plugin: str, name: str, value: object) -> None:
        """Gives a setting of a plugin a value at an organisation."""
        with network_session(self.installation.engine, "test") as session, session.begin():
            set_value(session, self.tenant(slug).id, f"plugin.{plugin}.{name}", value)
        self.installation.directory.refresh()


def open_app(
    database: Database, configuration: Configuration, clock: FixedClock, beside: Sequence[PluginCard] = ()
) -> App:
    """Stores the organisations and builds the application over them. Close `installation.engine` after use.

    `beside`: more plugins than are installed.
    """
    plugins = [card.name for card in (*find_plugins(), *beside)]
    for slug, on in ((WITH, plugins), (OTHER, plugins), (WITHOUT, [])):
        add_tenant(database.engine, slug, plugins=on, clock=clock)
    add_tenant(database.engine, "console", kind="network", clock=clock)
    installation = make_installation(configuration, clock, beside=beside)
    return App(TestApp(make_application(installation)), installation, clock)


@pytest.fixture
def app(database: Database, configuration: Configuration, clock: FixedClock) -> Iterator[App]:
    """The application on a database of this test's own."""
    with capture_logs():
        opened = open_app(database, configuration, clock)
        yield opened
        opened.installation.engine.dispose()


@pytest.fixture
def sqlite_app(sqlite_template: Path, clock: FixedClock, tmp_path: Path) -> Iterator[App]:
    """The application on SQLite alone, on a free port: for what does not depend on the database."""
    database = open_copy(sqlite_template, tmp_path / "sqlite-app.db")
    port = free_ports(1)[0]
    configuration = Configuration(home=tmp_path / "sqlite-app", database=database.url, pages_port=port)
    with capture_logs():
        opened = open_app(database, configuration, clock)
        yield opened
        opened.installation.engine.dispose()
    database.close()
