"""A network with a portal, its region and somebody else, whose plugin has a setting of every kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from webtest import TestApp

from core.app import make_application
from core.audit.models import AuditRecord
from core.configuration import Configuration
from core.identity.models import Staff
from core.identity.services.sessions import open_session
from core.installation import Installation
from core.plugin_host.card import PluginCard, read_card
from core.tenancy.changes import set_value
from core.tenancy.session import network_session, tenant_session
from core.tenancy.tenant import Tenant
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.installations import make_installation
from core.testing.organisations import add_tenant
from core.testing.throwaway import Workshop, workshop_in

TEA = """
from typing import Annotated, Literal
from pydantic import Field
from core.api import Setting, hookimpl


@hookimpl
def declare_settings():
    return (
        Setting("sweet", bool, False, "With sugar.", label="Sweet"),
        Setting("minutes", Annotated[int, Field(ge=1, le=9)], 5, "From 1 to 9.", label="Minutes"),
        Setting("kind", Literal["green", "black"], "green", "What leaves."),
        Setting("guests", tuple[Annotated[str, Field(max_length=8)], ...], (), "Who comes."),
        Setting("welcome", Annotated[str, Field(min_length=2, max_length=500)], "Come in", "Said at the door."),
        Setting("brand", str, "house", "What is bought.", who="network"),
        Setting("own", int, 1, "Nobody else's.", inherit=False),
        Setting("key", Annotated[str, Field(min_length=6)] | None, None, "Opens the shop.", secret=True),
    )
"""
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
HEADER += '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
DUTCH = {
    "sweet": ("Sweet", "Zoet", "With sugar.", "Met suiker."),
    "minutes": ("Minutes", "Minuten", "From 1 to 9.", "Van 1 tot 9."),
    "kind": ("Kind", "Soort", "What leaves.", "Wat voor blaadjes."),
    "guests": ("Guests", "Gasten", "Who comes.", "Wie er komt."),
    "welcome": ("Welcome", "Welkom", "Said at the door.", "Gezegd bij de deur."),
    "brand": ("Brand", "Merk", "What is bought.", "Wat er gekocht wordt."),
    "own": ("Own", "Eigen", "Nobody else's.", "Van niemand anders."),
    "key": ("Key", "Sleutel", "Opens the shop.", "Opent de winkel."),
}
PLACES = {"portal": "portal-werk.localhost", "region": "region-werk.localhost", "console": "console.localhost"}


def dutch() -> str:
    """The plugin's sentences, as its `messages.po` has them."""
    said = {"kind.green": ("Green", "Groen"), "kind.black": ("Black", "Zwart")}
    for name, (label, translated, text, translated_text) in DUTCH.items():
        said |= {name: (label, translated), f"{name}.help": (text, translated_text)}
    lines = [f'msgctxt "tea.setting.{key}"\nmsgid "{en}"\nmsgstr "{nl}"\n' for key, (en, nl) in said.items()]
    return "\n".join([HEADER, *lines])


def tea(workshop: Workshop) -> PluginCard:
    """The plugin with its Dutch."""
    folder = workshop.write("tea", TEA)
    (folder / "locale" / "nl").mkdir(parents=True)
    (folder / "locale" / "nl" / "messages.po").write_text(dutch(), "utf-8")
    return read_card(folder)


@dataclass(frozen=True)
class Seats:
    """The application, and a browser for the coordinator of each organisation and the network admin."""

    installation: Installation
    app: Any
    clock: FixedClock

    def tenant(self, slug: str) -> Tenant:
        """An organisation as it is now."""
        self.installation.directory.refresh()
        found = self.installation.directory.by_slug(slug)
        assert found is not None
        return found

    def value(self, slug: str, name: str) -> Any:
        """What pages of an organisation read."""
        return self.tenant(slug).settings["tea"][name]

    def browser(self, slug: str, role: str | None = None) -> Any:
        """Somebody signed in: a coordinator, at the console the network admin, or somebody of another role."""
        role = role or ("network_admin" if slug == "console" else "coordinator")
        with tenant_session(self.installation.engine, self.tenant(slug).id) as session, session.begin():
            now, name = self.clock(), f"staff-{uuid4().hex[:8]}"
            staff = Staff(name=name, alias="Sem", roles=frozenset({role}), password_hash="-", created_at=now)
            session.add(staff)
            session.flush()
            cookie = open_session(session, self.installation.keys, staff, now)[1]
        environ = {"HTTP_HOST": f"{PLACES[slug]}:6543", "REMOTE_ADDR": "127.0.0.1"}
        return TestApp(self.app, extra_environ={**environ, "HTTP_COOKIE": f"staff={cookie}"})

    def page(self, slug: str, of: str | None = None, **more: str) -> Any:
        """The page with settings, at the console that of an organisation."""
        query = f"?organisatie={of}" if of else ""
        return self.browser(slug).get(f"/instellingen{query}", **more)

    def deeds(self, slug: str) -> list[tuple[str, str | None]]:
        """What is on record at an organisation."""
        query = select(AuditRecord.action, AuditRecord.subject).order_by(AuditRecord.action, AuditRecord.subject)
        with tenant_session(self.installation.engine, self.tenant(slug).id) as session, session.begin():
            return [(action, subject) for action, subject in session.execute(query)]

    def store(self, slug: str, key: str, value: Any) -> None:
        """Store a fact, as another process may."""
        tenant_id = self.tenant(slug).id
        with network_session(self.installation.engine, "test") as session, session.begin():
            set_value(session, tenant_id, key, value)


def send(page: Any, status: int = 303, **fields: Any) -> Any:
    """Sends the form of a page as a browser does, with these fields filled in; `_` in names for the dash before it."""
    form = next(form for form in page.forms.values() if "plugin" in form.fields)
    for name, value in fields.items():
        form[name.replace("__", "-")] = value
    host = page.request.environ["HTTP_HOST"]
    return form.submit(headers={"Origin": f"http://{host}"}, status=status)


@pytest.fixture
def seats(database: Database, configuration: Configuration, clock: FixedClock, tmp_path: Path) -> Iterator[Seats]:
    """The application on either database."""
    add_tenant(database.engine, "console", kind="network", clock=clock, name="Luwte")
    for slug, parent in (("portal", None), ("region", "portal"), ("other", None)):
        plugins = [] if slug == "other" else ["tea"]
        facts: dict[str, Any] = {"parent": parent} if parent else {}
        add_tenant(database.engine, slug, plugins=plugins, clock=clock, **facts)
    with workshop_in(tmp_path / "plugins") as workshop:
        installation = make_installation(configuration, clock, [tea(workshop)])
        yield Seats(installation, make_application(installation), clock)
        installation.engine.dispose()
