"""A network for the proof that organisations never mix, with the real application over it.

`a` is a portal, `region` stands under it, `b` is a stranger to both, all with every plugin on; `without` has none.
Everything of `b` says "kanariepiet". Besides the installed plugins there is a careless one, `nosy`: it hands ids that
come from outside straight to database, journal and rooms.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from inspect import signature
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID, uuid4

from sqlalchemy import Engine
from structlog.testing import capture_logs
from webob import Request

from core.app import make_application
from core.configuration import Configuration
from core.crypto import digest
from core.hookspecs.occasions import Occasions, occasion_names
from core.identity.models import Staff
from core.identity.roles import NETWORK_ADMIN, ORGANISATION_ROLES
from core.identity.services.sessions import open_session
from core.installation import Installation
from core.plugin_host.card import PluginCard
from core.plugin_host.discovery import find_plugins
from core.tenancy.changes import set_page
from core.tenancy.session import network_session, tenant_session
from core.tenancy.tenant import Tenant
from core.testing import rows
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.examples import examples_of
from core.testing.installations import make_installation
from core.testing.organisations import add_tenant
from core.testing.throwaway import Workshop, workshop_in

A, REGION, B, WITHOUT, CONSOLE = "aster", "rietland", "kanariepiet", "zonder", "console"
CANARY = "kanariepiet"
"""No word of the list that pass phrases are drawn from: a page for staff shows that list."""
ROLES = tuple(sorted(ORGANISATION_ROLES))
NEVER_COOKIE = "n" * 43

_TOKENS = re.compile(r'[0-9a-f]{64}|(?<="token": ")[^"]+')
"""Forms' tokens and realtime tokens: random, and opaque to who gets them."""
_PASSING = frozenset({"date", "set-cookie", "content-length"})
"""Headers that are not compared. The length is the body's, which is compared itself."""

NOSY_HOOKS = '''
from uuid import UUID

from pyramid.httpexceptions import HTTPNotFound
from pyramid.renderers import render
from pyramid.response import Response
from sqlalchemy import select, update
from pydantic import BaseModel

from core.api import (
    NavigationItem, Permission, Realtime, RealtimeEvent, Route, Stream, StreamEntry, hookimpl, starting_refused
)

told = []


def found(session, stream):
    """By the id alone, as somebody writes who never heard of organisations."""
    row = session.scalars(select(Stream).where(Stream.id == UUID(stream))).one_or_none()
    if row is None:
        raise HTTPNotFound
    return row


def look(request):
    row = found(request.db, request.matchdict["stream"])
    entries = request.db.scalars(select(StreamEntry).where(StreamEntry.stream_id == row.id)).all()
    return Response(f"{row.plugin} {len(entries)}", content_type="text/plain", charset="utf-8")


def change(request):
    request.db.execute(update(Stream).where(Stream.id == found(request.db, request.matchdict["stream"]).id)
                       .values(plugin="changed"))
    return Response("changed", content_type="text/plain", charset="utf-8")


def bench(request):
    return Response(render("parts/workbench_panels.html.jinja2", {}, request=request))


def start(request):
    return Response(f"refused: {starting_refused(request)}", content_type="text/plain", charset="utf-8")


class About(BaseModel):
    stream: UUID


async def write(call, payload):
    receipt = await call.write(payload.stream, "nosy", payload.stream, "message", 0, b"nosy was here")
    return {"seq": receipt.seq}


async def read(call, payload):
    def work(session):
        return [row.seq for row in session.scalars(
            select(StreamEntry).where(StreamEntry.stream_id == payload.stream).order_by(StreamEntry.seq))]

    return {"entries": await call.database(work)}


async def listen(call, payload):
    await call.enter(f"nosy.{payload.stream.hex}")
    return {}


async def tell(call, payload):
    await call.emit(f"nosy.{payload.stream.hex}", "nosy.told", {"stream": str(payload.stream)})
    return {}


async def connected(call):
    told.append(("connected", call.tenant.slug, None))


@hookimpl
def declare_permissions():
    return (Permission("nosy.look", frozenset({"helper", "editor"}), "Look."),)


@hookimpl
def declare_routes():
    work = {"places": ("workplace",), "permission": "nosy.look"}
    return (
        Route("nosy.start", "/nosy", start, public=True),
        Route("nosy.bench", "/nosy", bench, **work),
        Route("nosy.look", "/nosy/{stream}", look, public=True),
        Route("nosy.change", "/nosy/{stream}", change, methods=("POST",), public=True),
        Route("nosy.look_work", "/nosy/{stream}", look, **work),
        Route("nosy.change_work", "/nosy/{stream}", change, methods=("POST",), **work),
    )


@hookimpl
def declare_navigation():
    return (NavigationItem("nosy.bench", "nosy.bench", "Looking", permission="nosy.look"),)


@hookimpl
def declare_realtime():
    both, ids = frozenset({"seeker", "staff"}), {"stream": "stream"}
    events = {"write": write, "read": read, "listen": listen, "tell": tell}
    return Realtime(
        events=tuple(RealtimeEvent(f"nosy.{n}", About, f, both, "nosy.look", ids) for n, f in events.items()),
        connected=connected,
    )

'''


class Answer(NamedTuple):
    """What somebody outside sees of an answer, without what differs each time."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


@dataclass(frozen=True)
class Network:
    """The organisations, what each has, and who works there."""

    installation: Installation
    nosy: Any
    staff: Mapping[str, Mapping[str, UUID]]
    """Organisation → role → account."""
    ids: Mapping[str, dict[str, str]]
    """Organisation → name of an example → its id."""
    cookies: dict[tuple[str, str], str] = field(default_factory=dict)
    """Sessions that were opened, by organisation and role."""

    @cached_property
    def application(self) -> Any:
        """The pages."""
        return make_application(self.installation)

    @property
    def guarded_engine(self) -> Engine:
        """The engine itself, on which the guard listens; the installation's is the same one with options."""
        engine = self.installation.engine
        return getattr(engine, "_proxied", engine)

    def tenant(self, slug: str) -> Tenant:
        """An organisation as it is now."""
        found = self.installation.directory.by_slug(slug)
        assert found is not None
        return found

    def cookie(self, slug: str, role: str, *, new: bool = False) -> str:
        """The cookie of a session of somebody with this role: the one given last, or a new one."""
        if new or (slug, role) not in self.cookies:
            installation = self.installation
            with tenant_session(installation.engine, self.tenant(slug).id) as session, session.begin():
                account = session.find(Staff, self.staff[slug][role])
                assert account is not None
                self.cookies[slug, role] = open_session(session, installation.keys, account, installation.clock())[1]
        return self.cookies[slug, role]

    def form_token(self, host: str, cookie: str) -> str:
        """The token that forms on this host carry for a browser with this cookie."""
        keys, port = self.installation.keys, self.installation.configuration.pages_port
        return digest(keys.secret("form-tokens"), "form-token", f"{host}:{port}", cookie).hex()

    def fetch(self, host: str, method: str, path: str, cookie: str = "", token: str = "", body: str = "") -> Any:
        """Sends a request. `cookie` is a Cookie header; `token` a form's token."""
        port = self.installation.configuration.pages_port
        headers = {"Cookie": cookie, "X-CSRF-Token": token, "Origin": f"http://{host}:{port}"}
        named = {name: value for name, value in headers.items() if value}
        fields: dict[str, Any] = {"POST": body} if method == "POST" else {}
        request = Request.blank(path, method=method, base_url=f"http://{host}:{port}", headers=named, **fields)
        return request.get_response(self.application)

    def ask(self, host: str, method: str, path: str, cookie: str = "", token: str = "", body: str = "") -> Answer:
        """Sends a request; the asked path is taken out of the answer again."""
        response = self.fetch(host, method, path, cookie, token, body)
        return Answer(
            response.status_int,
            tuple(sorted((n.lower(), _plain(v, path)) for n, v in response.headerlist if n.lower() not in _PASSING)),
            _plain(response.text if response.body else "", path),
        )

    def strange(self, slug: str) -> set[str]:
        """Words that must never be seen at another organisation: its ids, whatever they are of, and `b`'s canary."""
        ids = {*self.ids[slug].values(), *(str(account) for account in self.staff[slug].values())}
        ids.add(str(self.tenant(slug).id))
        words = {word for one in ids for word in (one, one.replace("-", ""))}
        return words | ({CANARY} if slug == B else {f"{slug}-staff"})

    def everything_of(self, slug: str) -> Mapping[str, list[str]]:
        """Each row of each tenant table of an organisation, by table."""
        return rows.everything_of(self.installation.engine, self.tenant(slug).id)


def never_was(known: str) -> str:
    """An id of the same shape that nothing ever had."""
    try:
        UUID(known)
    except ValueError:
        return (uuid4().hex * 3)[: len(known)]
    return str(uuid4())


@contextmanager
def open_network(
    database: Database, folder: Path, clock: FixedClock, pages: int = 6543, sockets: int = 6544
) -> Iterator[Network]:
    """Stores the organisations and builds the application over them."""
    configuration = Configuration(
        home=folder / "var", database=database.url, start_tenant=A, tenants_folder=folder / "tenants",
        pages_port=pages, realtime_port=sockets, developers_page=True,
    )  # fmt: skip
    with workshop_in(folder / "plugins") as workshop, capture_logs():
        cards = [*find_plugins(), _nosy(workshop)]
        _add_organisations(database, clock, [card.name for card in cards])
        installation = make_installation(configuration, clock, cards)
        try:
            network = _furnished(installation)
            yield network
        finally:
            installation.engine.dispose()


def _nosy(workshop: Workshop) -> PluginCard:
    """The careless plugin, which listens on every occasion that there is and adds nothing."""
    listeners = (
        f"""
@hookimpl
def {name}({", ".join(arguments_of(name))}):
    told.append(("{name}", request.tenant.slug, request.db.tenant_id))
"""
        for name in sorted(occasion_names())
    )
    card = workshop.plugin("nosy", NOSY_HOOKS + "\n".join(listeners))
    workshop.translate(card, nosy__bench=("Looking", "Kijken"))
    return card


def arguments_of(occasion: str) -> list[str]:
    """The names of what an occasion tells."""
    return [name for name in signature(getattr(Occasions, occasion)).parameters if name != "self"]


def _add_organisations(database: Database, clock: FixedClock, plugins: list[str]) -> None:
    for slug, on in ((A, plugins), (REGION, plugins), (B, plugins), (WITHOUT, [])):
        facts: dict[str, Any] = {"name": f"{slug} huis", "operator": f"stichting {slug}", "phone__number": "0800 1"}
        more = {"parent": A} if slug == REGION else {}
        if slug == B:
            more = {"phone__number": f"0900 {CANARY}", "phone__note": CANARY, "text__nl__site.home.title": CANARY}
        add_tenant(database.engine, slug, plugins=on, clock=clock, **{**facts, **more})
    add_tenant(database.engine, CONSOLE, kind="network", clock=clock)


def _furnished(installation: Installation) -> Network:
    directory = installation.directory
    with network_session(installation.engine, "test") as session, session.begin():
        for tenant in directory.all():
            text = f"{tenant.slug} vertelt"
            page = {"title": text, "summary": text, "order": 1, "body": text}
            set_page(session, tenant.id, "nl", f"{tenant.slug}-leest", page)
    directory.refresh()
    slugs = {tenant.slug: tenant for tenant in directory.all()}
    staff = {slug: _staff(installation, tenant) for slug, tenant in slugs.items()}
    ids = {slug: make_examples(installation, tenant) for slug, tenant in slugs.items() if tenant.kind == "organisation"}
    nosy = __import__(installation.plugins.plugins["nosy"].card.hooks_module, fromlist=["told"])
    return Network(installation, nosy, staff, ids)


def _staff(installation: Installation, tenant: Tenant) -> dict[str, UUID]:
    roles = (NETWORK_ADMIN,) if tenant.kind == "network" else ROLES
    with tenant_session(installation.engine, tenant.id) as session, session.begin():
        rows = {
            role: Staff(
                name=f"{tenant.slug}-staff-{role}",
                alias=f"{tenant.slug}-staff",
                roles=frozenset({role}),
                password_hash="-",
                created_at=installation.clock(),
            )
            for role in roles
        }
        session.add_all(rows.values())
        return {role: row.id for role, row in rows.items()}


def make_examples(installation: Installation, tenant: Tenant) -> dict[str, str]:
    """One of everything that core and plugins know an example of, in this organisation."""
    factories = dict(examples_of(None))
    for plugin in installation.plugins.plugins.values():
        factories |= {name: one for name, one in examples_of(plugin.card).items() if name not in factories}
    with tenant_session(installation.engine, tenant.id) as session, session.begin():
        return {name: str(factory(session)) for name, factory in factories.items()}


def _plain(text: str, path: str) -> str:
    for asked in (path, quote(path, safe="")):
        text = text.replace(asked, "<asked>")
    return _TOKENS.sub("<token>", text)
