"""The request as Luwte's views see it: whose site it is for, who is asking, and how to speak to them."""

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any, cast

from pyramid.csrf import get_csrf_token
from pyramid.request import Request as PyramidRequest
from transaction import TransactionManager

from core.errors import TooMuch
from core.hookspecs.values import Place
from core.i18n.translator import Translator
from core.identity.staff_identity import StaffIdentity
from core.installation import Installation
from core.tenancy.session import TenantSession, joined_session
from core.tenancy.tenant import Tenant
from core.web.language import chosen_language
from core.web.seeker import SeekerSession
from core.web.staff import staff_of

MOST_NEWS = 100
"""Pieces of live news that a plugin may send with one request."""


class Request(PyramidRequest):  # type: ignore[misc]  # pyramid ships no types
    """One request. Everything is worked out at first use, and only for the organisation of the host."""

    tm: TransactionManager
    page_is_neutral: bool = False
    """Whether the page shows neither name nor icon of the organisation in the browser's tab and history."""

    @cached_property
    def _news(self) -> Counter[str]:
        """How much live news each plugin sends with this request."""
        return Counter()

    @property
    def installation(self) -> Installation:
        """What the process shares."""
        return cast(Installation, self.registry["luwte.installation"])

    @cached_property
    def _match(self) -> tuple[Tenant | None, Place | None]:
        found = self.installation.directory.find_host(self.domain)
        return (found.tenant, found.place) if found else (None, None)

    @property
    def known_tenant(self) -> Tenant | None:
        """The organisation of this host; None on a host that is nobody's."""
        return self._match[0]

    @property
    def tenant(self) -> Tenant:
        """The organisation of this host. Behind the gate there always is one."""
        if self.known_tenant is None:
            raise LookupError("a view was reached on a host without an organisation")
        return self.known_tenant

    @property
    def place(self) -> Place | None:
        """Which of the organisation's hosts this is."""
        return self._match[1]

    @cached_property
    def db(self) -> TenantSession:
        """The organisation's session, part of this request's transaction."""
        # Asked first: it may write in a transaction of its own, and SQLite lets one write at a time.
        _ = self.staff
        writes = self.method not in ("GET", "HEAD")
        return joined_session(self.installation.engine, self.tenant.id, self.tm, writes=writes)

    @cached_property
    def language(self) -> str:
        """The language that the visitor chose from those of the organisation; its first one otherwise."""
        languages = self.known_tenant.languages if self.known_tenant else ("nl", "en")
        return chosen_language(self, languages)

    @cached_property
    def t(self) -> Translator:
        """Gives a text in the visitor's language, in the organisation's own words where it has them."""
        texts: Mapping[str, Mapping[str, str]] = self.known_tenant.texts if self.known_tenant else {}
        return self.installation.catalog.translator(self.language, texts.get(self.language, {}))

    @cached_property
    def staff(self) -> StaffIdentity | None:
        """Who is signed in here; None for everybody else, and always None on a public site."""
        return staff_of(self)

    @cached_property
    def seeker(self) -> SeekerSession:
        """The visitor's anonymous browser session; made only when `ensure()` is asked of it."""
        return SeekerSession(self)

    @property
    def csrf_token(self) -> str:
        """The proof that a form or script is our own page's; forms carry it as a field, scripts as a header."""
        return str(get_csrf_token(self))

    @property
    def realtime_address(self) -> str:
        """Where this host's pages find the realtime side."""
        return self.installation.configuration.realtime_address(self.domain)

    @property
    def visitor(self) -> Any:
        """An opaque handle of where the request comes from: it can be counted, never read."""
        return self.environ["luwte.visitor"]

    def emit_after_commit(self, room: str, event: str, payload: Mapping[str, Any]) -> None:
        """Sends live news to a room of this organisation once the request's work is committed.

        Raises TooMuch when a plugin sends more than MOST_NEWS pieces in one request.
        """
        whose = event.partition(".")[0]
        self._news[whose] += 1
        if self._news[whose] > MOST_NEWS:
            raise TooMuch(f"One request sends more than {MOST_NEWS} pieces of live news: send one that holds them all.")
        emit, tenant_id = self.installation.emit, self.tenant.id

        def send(committed: bool) -> None:
            if committed:
                emit(tenant_id, room, event, payload)

        self.tm.get().addAfterCommitHook(send)
