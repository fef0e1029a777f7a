"""The whole web application over two organisations and the network, asked through WebTest as a browser would."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select
from webtest import TestApp

from core.app import build_installation, make_application
from core.audit.models import AuditRecord
from core.configuration import Configuration
from core.identity.services import staff as accounts
from core.installation import Installation
from core.tenancy.session import tenant_session
from core.tenancy.tenant import Tenant
from core.testing.clocks import FixedClock
from core.testing.organisations import TwoTenants, add_tenant

PASSWORD = "wilg molen zes zomer"


class Window:
    """A browser with cookies of its own on one host; forms are sent as a page of that host sends them."""

    def __init__(self, app: Any, host: str, scheme: str = "http") -> None:
        """`host` as in the address bar, port included."""
        self.origin = f"{scheme}://{host}"
        environ = {"HTTP_HOST": host, "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": scheme}
        self.app: Any = TestApp(app, extra_environ=environ)

    def get(self, path: str, status: int = 200) -> Any:
        """A page."""
        return self.app.get(path, status=status)

    def post(self, path: str, status: int = 303, **fields: str) -> Any:
        """A form that lies open: its token fits the cookies."""
        form: dict[str, Any] = {"csrf_token": self.token(), **fields}
        return self.app.post(path, form, {"Origin": self.origin}, status=status)

    def token(self) -> str:
        """The token that a page of this host has for this browser."""
        pages = (self.app.get(path) for path in ("/aanmelden", "/vergrendeld", "/"))
        page = next(page for page in pages if page.status_int == 200)
        return str(page.forms[0]["csrf_token"].value)

    def sign_in(self, name: str = "noor", password: str = PASSWORD, status: int = 303, **more: str) -> Any:
        """Name and password, as typed."""
        return self.post("/aanmelden", status, name=name, password=password, **more)


@dataclass(frozen=True)
class Office:
    """The application, its clock, and accounts: noor (helper) at `a`, sem (coordinator) at `b`, beheer (network)."""

    installation: Installation
    clock: FixedClock
    app: Any
    a: Tenant
    b: Tenant
    console: Tenant

    def window(self, tenant: Tenant | None = None) -> Window:
        """A fresh browser at an organisation's workplace."""
        return Window(self.app, f"{(tenant or self.a).workplace_host}:6543")

    def secure_window(self) -> Window:
        """A fresh browser at the workplace of `a`, where the pages are reached by https."""
        settings = self.installation.configuration.model_copy(update={"public_scheme": "https"})
        app = make_application(replace(self.installation, configuration=settings))
        return Window(app, f"{self.a.workplace_host}:6543", "https")

    def site(self) -> Window:
        """A fresh browser at the site of `a`."""
        return Window(self.app, f"{self.a.site_hosts[0]}:6543")

    def change(self, name: str, work: Any, tenant: Tenant | None = None) -> None:
        """Do something to an account, as the command line would."""
        with tenant_session(self.installation.engine, (tenant or self.a).id) as session, session.begin():
            work(session, accounts.find_by_name(session, name))

    def deeds(self, tenant: Tenant | None = None) -> list[str]:
        """The actions on record since the accounts were made, in order."""
        query = select(AuditRecord.action).order_by(AuditRecord.at)
        with tenant_session(self.installation.engine, (tenant or self.a).id) as session, session.begin():
            return [action for action in session.scalars(query) if action != "identity.staff_added"]


@pytest.fixture
def office(configuration: Configuration, tenants: TwoTenants, clock: FixedClock, cheap_passwords: None) -> Any:
    """The application on either database."""
    installation = replace(build_installation(configuration), clock=clock)
    add_tenant(installation.engine, "console", kind="network", clock=clock)
    installation.directory.refresh()
    console = installation.directory.by_slug("console")
    assert console
    _add(installation, tenants.a, "noor", "helper")
    _add(installation, tenants.b, "sem", "coordinator")
    _add(installation, console, "beheer", "network_admin")
    yield Office(installation, clock, make_application(installation), tenants.a, tenants.b, console)
    installation.engine.dispose()


def _add(installation: Installation, tenant: Tenant, name: str, role: str) -> None:
    with tenant_session(installation.engine, tenant.id) as session, session.begin():
        accounts.add_staff(session, name, name.title(), frozenset({role}), PASSWORD, installation.clock())
