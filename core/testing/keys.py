"""Shifts for tests: helpers whose keys are signed and who have begun, in a browser, over HTTP, or without a server.

    begin_shift(page, server, ("luisterboom", "noor"))                # a browser, as people do it
    shift = open_shift(server, "luisterboom", cookie)                 # a signed-in session: its keys are in your hands
    shifts = open_shifts(server, "luisterboom", cookies)              # many at once, one new list for all
    shift = give_shift(installation, tenant_id, staff_id)             # straight through the services

Helpers without a key get one, signed by the organisation's key: that of the demo set-up, or one of the test's own.
"""

import html
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from core.clock import utc_now
from core.crypto.sealing import (
    HelperCertificate,
    KeysDocument,
    SealingKey,
    SealingRefused,
    ShiftCertificate,
    SigningKey,
    unwrap_signing_key,
    wrap_signing_key,
)
from core.crypto.sealing.encoding import from_text, to_text
from core.database.engine import make_engine
from core.identity.models import Staff
from core.identity.roles import HELPER
from core.identity.services.staff import all_staff
from core.installation import Installation
from core.keys.lists import PublicLists
from core.keys.models import RootKeyCopy
from core.keys.services.demo import CHEAP
from core.keys.services.identity import all_identities, keep_identity
from core.keys.services.root import all_copies
from core.keys.services.shifts import begin_shift as register
from core.tenancy.session import TenantSession, tenant_session
from core.testing.server import RunningServer
from core.testing.staff import tenant_id

_CONFIG = re.compile(r"data-config>(.*?)</script>", re.DOTALL)
_YEAR = 365 * 24 * 3600
_LENGTH = 4 * 3600
_ROOTS: dict[tuple[Path, UUID], SigningKey] = {}
"""Organisations' keys that tests have made or opened, by folder and organisation."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A helper's open shift with its keys."""

    certificate: Mapping[str, Any]
    """Its JSON form, as pages hand it in."""
    id: UUID
    helper: UUID
    sealing: SealingKey
    signing: SigningKey
    ends: int


def begin_shift(page: Page, server: RunningServer, sign_in: tuple[str, str] = ("luisterboom", "noor")) -> None:
    """Sign in as a demo helper (organisation, name) where nobody is yet, give the words, and begin, as users do."""
    organisation, name = sign_in
    page.goto(server.address(f"{organisation}-werk.localhost", "/dienst"))
    if page.locator("#password").count():
        page.fill("#name", name)
        page.fill("#password", words_of(server, "demo-sign-ins.toml")[organisation][name])
        page.click("main button[type=submit]")
        page.wait_for_url("**/dienst")
    expect(page.locator("[data-step=begin] input, [data-give-up]").locator("visible=true").first).to_be_visible()
    if page.locator("[data-give-up]").is_visible():  # a browser of an earlier test, which is closed by now
        page.click("[data-give-up]")
    page.fill("[data-step=begin] input", words_of(server, "demo-key-words.toml")[organisation][name])
    page.click("[data-step=begin] button[type=submit]")
    expect(page.locator("[data-step=open]")).to_be_visible()


def open_shift(server: RunningServer, organisation: str, cookie: str) -> Shift:
    """Begin a shift over HTTP, as the page does, for the helper with this session's cookie."""
    return open_shifts(server, organisation, [cookie])[0]


def open_shifts(server: RunningServer, organisation: str, cookies: Sequence[str]) -> list[Shift]:
    """Begin a shift for each of these sessions, in their order."""
    desks = [_Desk.of(server, organisation, cookie) for cookie in cookies]
    _certify_where_needed(server, organisation, desks)
    return [desk.begin() for desk in desks]


def certify(server: RunningServer, organisation: str, names: Sequence[str]) -> None:
    """Sign the keys that these helpers have made, as a coordinator does on screen."""
    with _opened_database(server) as engine, tenant_session(engine, tenant_id(engine, organisation)) as session:
        identities = all_identities(session)
        keys = {row.id: identities[row.id].public for row in all_staff(session) if row.name in names}
        words = words_of(server, "demo-key-words.toml").get(organisation, {})
        _certify(session, PublicLists(server.home / "public-keys", demo=True), keys, words, utc_now())


def give_shift(installation: Installation, tenant: UUID, staff_id: UUID) -> Shift:
    """Give a helper a signed key and an open shift, without pages."""
    lists, now = PublicLists.of(installation.configuration), installation.clock()
    identity = SigningKey.new()
    with tenant_session(installation.engine, tenant) as session, session.begin():
        keep_identity(session, staff_id, identity.public, b"-", now, anew=True)
        _certify(session, lists, {staff_id: identity.public}, {}, now)
        made, shift = _made(tenant, staff_id, identity, int(now.timestamp()))
        register(session, lists, staff_id, json.dumps(made.to_form()), now, anew=True)
    return shift


def write_shifts(server: RunningServer, organisation: str, names: Sequence[str]) -> list[Shift]:
    """Give helpers of a running server signed keys and open shifts, past its pages, which may not answer."""
    with (
        _opened_database(server) as engine,
        tenant_session(engine, tenant_id(engine, organisation)) as session,
        session.begin(),
    ):
        lists, now = PublicLists(server.home / "public-keys", demo=True), utc_now()
        words = words_of(server, "demo-key-words.toml").get(organisation, {})
        staff = {row.name: row.id for row in all_staff(session)}
        identities = {staff[name]: SigningKey.new() for name in names}
        for staff_id, identity in identities.items():
            keep_identity(session, staff_id, identity.public, b"-", now, anew=True)
        _certify(session, lists, {staff_id: one.public for staff_id, one in identities.items()}, words, now)
        shifts = []
        for staff_id, identity in identities.items():
            made, shift = _made(session.tenant_id, staff_id, identity, int(now.timestamp()))
            register(session, lists, staff_id, json.dumps(made.to_form()), now, anew=True)
            shifts.append(shift)
        return shifts


@dataclass(frozen=True, slots=True)
class _Desk:
    """The page of a helper's shift, without a browser."""

    server: RunningServer
    host: str
    cookie: str
    tenant: UUID
    staff: UUID
    csrf: str
    identity: SigningKey

    @classmethod
    def of(cls, server: RunningServer, organisation: str, cookie: str) -> "_Desk":
        """With the key that the helper has, opened by the demo words, or a new one."""
        host = f"{organisation}-werk.localhost"
        text = server.get(host, "/dienst", {"Cookie": f"staff={cookie}"})[1].decode()
        found = _CONFIG.search(text)
        assert found, f"no helper's session at {host}: {text[:300]}"
        config = json.loads(html.unescape(found[1]))
        desk = cls(
            server, host, cookie, UUID(config["tenant"]), UUID(config["staff"]), config["csrf"], SigningKey.new()
        )
        state = json.loads(server.get(host, "/dienst/stand", {"Cookie": f"staff={cookie}"})[1])
        if state["identity"] is None:
            wrapped = wrap_signing_key(desk.identity, "een twee drie", desk.tenant, desk.staff, CHEAP)
            desk.post("/dienst/sleutel", public=to_text(desk.identity.public), wrapped=to_text(wrapped))
            return desk
        words = words_of(server, "demo-key-words.toml").get(organisation, {}).values()
        blob = from_text(state["identity"]["wrapped"])
        return replace(desk, identity=_opened(blob, words, desk.tenant, desk.staff))

    def begin(self) -> Shift:
        """Sign the keys of a new shift, and hand the certificate in."""
        made, shift = _made(self.tenant, self.staff, self.identity, int(utc_now().timestamp()))
        self.post("/dienst/begin", certificate=json.dumps(made.to_form()), anew="yes")
        return shift

    def post(self, path: str, **fields: str) -> dict[str, Any]:
        """Send a form, as the page's script does. Raises AssertionError for a refusal."""
        headers = {
            "Cookie": f"staff={self.cookie}",
            "Origin": f"http://{self.host}:{self.server.pages_port}",
            "X-CSRF-Token": self.csrf,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        response, body = self.server.get(self.host, path, headers, "POST", urlencode(fields))
        assert response.status == 200, f"{path}: {response.status} {body[:300]!r}"
        return dict(json.loads(body))


def _made(tenant: UUID, staff: UUID, identity: SigningKey, now: int) -> tuple[ShiftCertificate, Shift]:
    sealing, signing, ends = SealingKey.new(), SigningKey.new(), now + _LENGTH
    made = ShiftCertificate(tenant, staff, uuid4(), sealing.public, signing.public, now, ends).signed(identity)
    return made, Shift(made.to_form(), made.id, staff, sealing, signing, ends)


def _certify_where_needed(server: RunningServer, organisation: str, desks: Sequence[_Desk]) -> None:
    lists = PublicLists(server.home / "public-keys", demo=True)
    now = utc_now()
    tenant = desks[0].tenant
    document = lists.read(tenant, int(now.timestamp()))
    signed = {(helper.id, helper.key) for helper in document.helpers} if document else set()
    missing = {desk.staff: desk.identity.public for desk in desks if (desk.staff, desk.identity.public) not in signed}
    if not missing:
        return
    words = words_of(server, "demo-key-words.toml").get(organisation, {})
    with _opened_database(server) as engine, tenant_session(engine, tenant, writes=False) as session:
        _certify(session, lists, missing, words, now)


@contextmanager
def _opened_database(server: RunningServer) -> Iterator[Engine]:
    engine = make_engine(server.settings.get("luwte.database") or f"sqlite:///{server.home / 'luwte.db'}")
    try:
        yield engine
    finally:
        engine.dispose()


def _certify(
    session: TenantSession, lists: PublicLists, keys: Mapping[UUID, bytes], words: Mapping[str, str], now: datetime
) -> None:
    """Publish a list in which these helpers' keys are signed, each in the place of the key that they had."""
    tenant, seconds = session.tenant_id, int(now.timestamp())
    before = lists.read(tenant, seconds)
    root = _root(session, lists, before, words)
    added = tuple(
        HelperCertificate(tenant, staff, _alias(session, staff), HELPER, key, seconds, seconds + _YEAR).signed(root)
        for staff, key in keys.items()
    )
    if before is None:
        document = KeysDocument(tenant, 1, seconds, root.public, helpers=added)
    else:
        others = tuple(helper for helper in before.helpers if helper.id not in keys)
        version, previous = before.version + 1, before.digest
        document = replace(before, version=version, issued=seconds, previous=previous, helpers=(*others, *added))
    lists.publish(document.signed(root))


def _root(
    session: TenantSession, lists: PublicLists, document: KeysDocument | None, words: Mapping[str, str]
) -> SigningKey:
    place = (lists.folder, session.tenant_id)
    if document is None:
        return _ROOTS.setdefault(place, SigningKey.new())
    if place not in _ROOTS or _ROOTS[place].public != document.root:
        _ROOTS[place] = _opened_root([row for row in all_copies(session) if row.public == document.root], words)
    return _ROOTS[place]


def _opened_root(copies: Iterable[RootKeyCopy], words: Mapping[str, str]) -> SigningKey:
    for copy in copies:
        if copy.staff_id is not None:
            return _opened(copy.wrapped, words.values(), copy.tenant_id, copy.staff_id)
    raise AssertionError("the organisation has a key that no test has made, and no demo words open it")


def _opened(blob: bytes, words: Iterable[str], tenant: UUID, owner: UUID) -> SigningKey:
    for phrase in words:
        try:
            return unwrap_signing_key(blob, phrase, tenant, owner)
        except SealingRefused:
            continue
    raise AssertionError("no demo words open this key")


def _alias(session: TenantSession, staff_id: UUID) -> str:
    row = session.find(Staff, staff_id)
    assert row is not None
    return row.alias


def words_of(server: RunningServer, file: str) -> dict[str, dict[str, str]]:
    """Words of demo accounts, by organisation and sign-in name; none where there is no such file."""
    try:
        return tomllib.loads((server.home / file).read_text("utf-8"))
    except FileNotFoundError:
        return {}
