"""What a plugin's realtime handler works with: who calls, the organisation's database, the journal, live news."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import socketio

from core.access.realtime_tokens import RealtimeIdentity
from core.anonymity.visitor import Visitor
from core.errors import TooMuch
from core.identity.staff_identity import StaffIdentity
from core.installation import Installation
from core.realtime.flood import Allowance
from core.realtime.journal import Entry, Journal, Receipt
from core.tenancy.keys import tenant_key
from core.tenancy.session import TenantSession, tenant_session
from core.tenancy.tenant import Tenant

T = TypeVar("T")

DATABASE_THREADS = 4
MOST_NEWS = 100
"""Pieces of live news that one event may send. A room's sockets take 256 each before they count as too slow."""


class Refused(Exception):
    """A handler does not do what was asked. `code` is one word that the page turns into a sentence."""

    def __init__(self, code: str) -> None:
        """`code`, such as `not_found` or `ended`."""
        super().__init__(code)
        self.code = code


class RealtimeContext:
    """What all calls of one realtime process share."""

    def __init__(self, installation: Installation, sockets: socketio.AsyncServer, journal: Journal) -> None:
        """Made by the server before the first connection."""
        self.installation = installation
        self.sockets = sockets
        self.journal = journal
        self.connections: dict[str, Connection] = {}
        self.memory: dict[str, Any] = {}
        """For each plugin what it keeps in this process, put there by its `started`."""
        self._threads = ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="realtime-database")

    async def database(self, tenant_id: UUID, work: Callable[[TenantSession], T], *, writes: bool = True) -> T:
        """Runs `work` in a thread, in one transaction of an organisation, and gives its result after the commit.

        `writes=False` for work that only reads: it then waits for nobody.
        """

        def in_transaction() -> T:
            with tenant_session(self.installation.engine, tenant_id, writes=writes) as session, session.begin():
                return work(session)

        return await asyncio.get_running_loop().run_in_executor(self._threads, in_transaction)

    async def emit(
        self, tenant_id: UUID, room: str, event: str, payload: Mapping[str, Any], but: str | None = None
    ) -> None:
        """Sends live news to a room of an organisation; `but` names a socket that knows it already."""
        await self.sockets.emit(event, dict(payload), room=tenant_key(tenant_id, room), skip_sid=but)

    async def close_sockets_of(self, tenant_id: UUID, seeker_key: str) -> None:
        """Closes a help seeker's sockets in this process; `SeekerWatch` does it in others, for who has a time-out."""
        whose = (tenant_id, "seeker", seeker_key)
        for connection in list(self.connections.values()):
            identity = connection.identity
            if (identity.tenant_id, identity.subject, identity.key) == whose:
                await self.sockets.disconnect(connection.sid)

    def stop(self) -> None:
        """Lets running database work end."""
        self._threads.shutdown(wait=True)


@dataclass(slots=True)
class Connection:
    """One socket: whose it is, and what each plugin remembers of it while it lasts."""

    sid: str
    identity: RealtimeIdentity
    staff: StaffIdentity | None
    allowance: Allowance
    memory: dict[str, Any] = field(default_factory=dict)
    spoke: bool = False
    """Whether something was asked since the staff watch last looked."""
    gone: bool = False
    """Whether the socket has closed; a handler that was still at work may find it so after an `await`."""
    visitor: Visitor | None = None
    """Where it comes from, as an empty object."""


class Call:
    """One event of one socket, as a handler sees it. It shows neither address nor headers."""

    def __init__(self, context: RealtimeContext, connection: Connection, tenant: Tenant) -> None:
        """Made by the gate, once it has let the event in."""
        self.context = context
        self.connection = connection
        self.tenant = tenant
        self._news = 0

    @property
    def is_seeker(self) -> bool:
        """Whether a help seeker calls; otherwise it is a member of staff."""
        return self.connection.identity.subject == "seeker"

    @property
    def seeker_key(self) -> str:
        """The key of the seeker's browser session, as the database knows it."""
        return self.connection.identity.key

    @property
    def staff(self) -> StaffIdentity:
        """The member of staff who calls. Raises LookupError for a seeker."""
        if self.connection.staff is None:
            raise LookupError("a seeker has no staff account")
        return self.connection.staff

    @property
    def sid(self) -> str:
        """The socket's id in this process."""
        return self.connection.sid

    @property
    def gone(self) -> bool:
        """Whether the socket closed while its event was handled: what is begun for it now, nobody would end."""
        return self.connection.gone

    @property
    def now(self) -> datetime:
        """The present moment by the installation's clock."""
        return self.context.installation.clock()

    def database(self, work: Callable[[TenantSession], T], *, writes: bool = True) -> Awaitable[T]:
        """Runs `work(session)` in a transaction of this organisation; the result comes after the commit.

        `writes=False` for work that only reads: it then waits for nobody.
        """
        return self.context.database(self.tenant.id, work, writes=writes)

    def write(
        self, stream_id: UUID, sender: str, client_id: UUID, kind: str, version: int, body: bytes
    ) -> "asyncio.Future[Receipt]":
        """Queues an entry for a stream, at once; await the result for its receipt (JournalRefused when not written)."""
        entry = Entry(self.tenant.id, stream_id, sender, client_id, kind, version, body)
        return self.context.journal.submit(entry)

    async def emit(self, room: str, event: str, payload: Mapping[str, Any]) -> None:
        """Sends live news to a room of this organisation. Call it after the commit.

        Raises TooMuch when one event sends more than MOST_NEWS pieces.
        """
        self._count_news()
        await self.context.emit(self.tenant.id, room, event, payload)

    async def emit_to_others(self, room: str, event: str, payload: Mapping[str, Any]) -> None:
        """As `emit`, but not to the socket that calls: its answer tells it the same."""
        self._count_news()
        await self.context.emit(self.tenant.id, room, event, payload, but=self.sid)

    def _count_news(self) -> None:
        self._news += 1
        if self._news > MOST_NEWS:
            raise TooMuch(f"One event sends more than {MOST_NEWS} pieces of live news: send one that holds them all.")

    async def enter(self, room: str) -> None:
        """From now on this socket hears the room's news."""
        await self.context.sockets.enter_room(self.sid, tenant_key(self.tenant.id, room))

    async def hold_tag(self, name: UUID) -> None:
        """Keeps what is left of the caller's address with a conversation, in memory, so that a time-out can be given.

        `name` is the conversation's id. It is kept until `release_tag`, and a day at most.
        """
        visitor = self.connection.visitor
        if visitor is not None:
            await self._aside(lambda: visitor.hold(self._tag_name(name)))

    async def release_tag(self, name: UUID, after: timedelta) -> None:
        """Forgets it when `after` has passed; sooner if that was said before."""
        await self._aside(lambda: self.context.installation.tags.release(self._tag_name(name), after))

    async def mark_tag(self, name: UUID, until: datetime) -> None:
        """Lets the conversation's address share in a time-out until then: others there wait a little longer."""
        await self._aside(lambda: self.context.installation.tags.mark(self._tag_name(name), until))

    def _tag_name(self, name: UUID) -> str:
        return tenant_key(self.tenant.id, name.hex)

    async def _aside(self, work: Callable[[], None]) -> None:
        """In memory at once; a Redis may keep one waiting, so it is asked beside the loop."""
        if self.context.installation.configuration.redis is None:
            work()
        else:
            await asyncio.to_thread(work)

    async def leave(self, room: str) -> None:
        """This socket hears the room's news no more."""
        await self.context.sockets.leave_room(self.sid, tenant_key(self.tenant.id, room))
