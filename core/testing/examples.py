"""Examples of everything that has an id, so that it can be proved that a foreign id answers as one that never was (P6).

An id is a part in braces in a route's path (`/gesprek/{conversation}`) or a UUID in a realtime event's payload. Each
has a factory of its name, here for the core, in a plugin's `examples.py` for the plugin:

    EXAMPLES = {"conversation": lambda session: ...}  # stores one in the session's organisation, returns its id

The contract opens the page of each example as somebody who may do everything. A page that opens only to whom the thing
belongs to is named there too, with the test that looks at it instead:

    OPENED_ELSEWHERE = {"mailbox.letter": "tests/browser/test_letters.py opens it as its writer"}

A factory may be called often, and gives a new thing each time where it can. Between them the factories of a package
fill each of its tables: no table can be read across organisations unseen. `faults()` tells what lacks an example.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from core.anonymity.models import TimeOut
from core.audit.models import AuditRecord
from core.clock import utc_now
from core.console import routes as console
from core.developer import routes as developer
from core.events.models import OutboxCounter, OutboxEvent
from core.hookspecs.values import RealtimeEvent, Route
from core.identity.models import SignInFailure, Staff, StaffSession
from core.keys.models import IdentityKey, RootKeyCopy, Shift
from core.plugin_host.card import PluginCard
from core.plugin_host.host import PluginHost
from core.realtime.models import Stream, StreamEntry
from core.settings.models import SecretSetting
from core.tenancy.models import SealingKey, TenantPage
from core.tenancy.session import TenantSession
from core.testing.schemas import uuid_fields
from core.web import screens

Example = Callable[[TenantSession], UUID | str]

_PART = re.compile(r"\{(\w+)(?::[^}]*)?\}|\*(\w+)$")

NO_IDS: Mapping[tuple[str, str], str] = {
    ("assets.static", "version"): "the version of Luwte's own files, the same for everybody",
    ("assets.static", "path"): "the name of a file of Luwte's own, the same for everybody",
    ("keys.list", "version"): "the number of a public list of the organisation that the address names",
    ("site.brand_stylesheet", "hash"): "only decides how long a browser keeps the brand of this very host",
    ("site.brand_logo", "hash"): "only decides how long a browser keeps the brand of this very host",
}
"""Parts of routes that name nothing of an organisation, with the reason. A new line here is a decision for review."""

SENDERS_OWN = frozenset({"client_id"})
"""UUIDs in payloads that the sender has made, so that a repeat is known. They name nothing of anybody else."""


def staff(session: TenantSession) -> UUID:
    """Somebody who helps; no password opens the account."""
    row = Staff(
        name=f"example-{uuid4().hex}",
        alias="Example",
        roles=frozenset({"helper"}),
        password_hash="-",
        created_at=utc_now(),
    )
    session.add(row)
    session.flush()
    return row.id


def staff_session(session: TenantSession) -> UUID:
    """A session of somebody who helps, whose cookie nobody has."""
    now = utc_now()
    row = StaffSession(staff_id=staff(session), cookie_digest=uuid4().bytes * 2, created_at=now, seen_at=now)
    session.add(row)
    session.flush()
    return row.id


def sign_in_failure(session: TenantSession) -> UUID:
    """A wrong password for some name."""
    row = SignInFailure(name_digest=uuid4().bytes * 2, at=utc_now())
    session.add(row)
    session.flush()
    return row.id


def organisation(session: TenantSession) -> UUID:
    """The organisation itself: its public list of keys is named by it."""
    return session.tenant_id


def root_key_copy(session: TenantSession) -> UUID:
    """A copy of the organisation's key on paper, which nothing opens."""
    row = RootKeyCopy(staff_id=None, public=b"example", wrapped=b"example", made_at=utc_now())
    session.add(row)
    session.flush()
    return row.id


def identity_key(session: TenantSession) -> UUID:
    """A key of somebody who helps, which nothing opens."""
    row = IdentityKey(staff_id=staff(session), public=b"example", wrapped=b"example", made_at=utc_now())
    session.add(row)
    session.flush()
    return row.id


def shift(session: TenantSession) -> UUID:
    """A shift of somebody who helps, whose certificate nobody would believe."""
    now = utc_now()
    row = Shift(staff_id=staff(session), certificate="{}", begins_at=now, ends_at=now)
    session.add(row)
    session.flush()
    return row.id


def audit_record(session: TenantSession) -> UUID:
    """A deed of somebody."""
    row = AuditRecord(at=utc_now(), staff_id=uuid4(), action="example.done")
    session.add(row)
    session.flush()
    return row.id


def stream(session: TenantSession) -> UUID:
    """An open stream with one entry."""
    row = Stream(plugin="example", last_seq=1)
    session.add(row)
    session.flush()
    entry = {"sender": "seeker", "client_id": uuid4(), "kind": "message", "version": 0, "body": b"example"}
    session.add(StreamEntry(stream_id=row.id, seq=1, at=utc_now(), **entry))
    session.flush()
    return row.id


def outbox_event(session: TenantSession) -> UUID:
    """Something that happened and is still to be told, as the last that the organisation counted."""
    if session.find(OutboxCounter, session.tenant_id) is None:
        session.add(OutboxCounter(id=session.tenant_id, last=1))
    row = OutboxEvent(
        event_id=uuid4(), plugin="example", name="example.done", version=1, payload="{}", at=utc_now(), position=1
    )
    session.add(row)
    session.flush()
    return row.id


def secret_setting(session: TenantSession) -> UUID:
    """A secret that nobody can open, and the key that did not seal it."""
    session.add(SealingKey(wrapped=b"example"))
    row = SecretSetting(plugin="example", name=uuid4().hex, sealed=b"example")
    session.add(row)
    session.flush()
    return row.id


def time_out(session: TenantSession) -> UUID:
    """A break of a session that nobody has."""
    row = TimeOut(session_digest=uuid4().bytes * 2, reason="joking", ends_at=utc_now() + timedelta(hours=1))
    session.add(row)
    session.flush()
    return row.id


def page(session: TenantSession) -> str:
    """A page to read. Pages come with the organisation; raises LookupError where it has none."""
    slug = session.scalars(select(TenantPage.slug).where(TenantPage.tenant_id == session.tenant_id)).first()
    if slug is None:
        raise LookupError("the organisation has no page to read")
    return slug


EXAMPLES: Mapping[str, Example] = {
    "audit_record": audit_record,
    "identity_key": identity_key,
    "organisation": organisation,
    "outbox_event": outbox_event,
    "page": page,
    "root_key_copy": root_key_copy,
    "secret_setting": secret_setting,
    "shift": shift,
    "sign_in_failure": sign_in_failure,
    "staff": staff,
    "staff_session": staff_session,
    "stream": stream,
    "time_out": time_out,
}


def examples_of(card: PluginCard | None) -> Mapping[str, Example]:
    """The factories that an owner's routes and events may name: the core's (None), and a plugin's own besides."""
    own: Mapping[str, Example] = _of_plugin(card, "EXAMPLES") if card else {}
    return {**EXAMPLES, **own}


def opened_elsewhere(card: PluginCard) -> Mapping[str, str]:
    """A plugin's pages that nobody can open by address and example alone, each with the test that looks at it."""
    return _of_plugin(card, "OPENED_ELSEWHERE")


def _of_plugin(card: PluginCard, name: str) -> Mapping[str, Any]:
    module = f"{card.package}.examples"
    found: Mapping[str, Any] = getattr(import_module(module), name, {}) if find_spec(module) else {}
    return found


def parts_of(route: Route) -> list[str]:
    """The names of the parts of a route's path that are ids."""
    names = [one or other for one, other in _PART.findall(route.path)]
    return [name for name in names if (route.name, name) not in NO_IDS]


def routes_of(plugins: PluginHost) -> Iterator[tuple[PluginCard | None, Route]]:
    """Every route with its owner: the core (None) or a plugin."""
    for route in (*screens.all_routes(), *console.ROUTES, *developer.ROUTES):
        yield None, route
    for plugin in plugins.plugins.values():
        for route in plugin.routes:
            yield plugin.card, route


def faults(plugins: PluginHost) -> list[str]:
    """A sentence for each route and event with an id that has no example. Empty: isolation can be proved of all."""
    events = [(plugin.card, event) for plugin in plugins.plugins.values() for event in plugin.realtime.events]
    return [
        *(fault for card, route in routes_of(plugins) for fault in _route_faults(card, route)),
        *(fault for card, event in events for fault in _event_faults(card, event)),
    ]


def _route_faults(card: PluginCard | None, route: Route) -> Iterable[str]:
    known = examples_of(card)
    for name in parts_of(route):
        if name not in known:
            yield f"Route {route.name}: there is no example of {{{name}}}: add {name} to EXAMPLES in {_place(card)}."


def _event_faults(card: PluginCard, event: RealtimeEvent) -> Iterable[str]:
    known, fields = examples_of(card), uuid_fields(event.schema)
    for field in fields:
        if field not in event.ids and field.rpartition(".")[2] not in SENDERS_OWN:
            yield f"Event {event.name}: {field} is a UUID that its `ids` do not name: say which example it is."
    for field, name in event.ids.items():
        if name not in known:
            yield f"Event {event.name}: there is no example of {name}: add it to EXAMPLES in {_place(card)}."
        if field not in fields:
            yield f"Event {event.name}: its `ids` name {field}, which is no UUID of its schema."


def _place(card: PluginCard | None) -> str:
    return f"{card.package}.examples" if card else "core.testing.examples"
