"""The realtime application: handshake, dispatch, farewell. The rest is the gate's, the journal's or a plugin's."""

import asyncio
from collections.abc import Mapping
from typing import Any

import socketio
import structlog

from core.access.realtime_tokens import RealtimeIdentity, TokenReader
from core.access.table import Permissions
from core.anonymity.middleware import AnonymityAsgi, bare_host
from core.anonymity.time_outs import time_out_of
from core.configuration import Configuration
from core.errors import TooMuch
from core.identity.services.sessions import staff_of_session
from core.identity.staff_identity import StaffIdentity
from core.installation import Installation
from core.plugin_host.budgets import HANGS, LONGEST_PAUSE, PAUSE, REALTIME
from core.realtime.call import Call, Connection, RealtimeContext, Refused
from core.realtime.flood import Allowance
from core.realtime.gate import RealtimeGate
from core.realtime.headers import SecurityHeadersAsgi
from core.realtime.journal import Journal, JournalRefused
from core.realtime.loop_watch import LoopWatch
from core.realtime.seeker_watch import SeekerWatch
from core.realtime.sockets import FRAME_BYTES, PING_INTERVAL, PING_TIMEOUT, FastJson, RedisRooms, Rooms, SocketServer
from core.realtime.staff_watch import StaffWatch
from core.realtime.time_limits import TimeLimits
from core.tenancy.session import tenant_session
from core.tenancy.tenant import Tenant

log = structlog.get_logger("luwte.realtime")

Answer = Mapping[str, Any]

LONGEST_WELCOME = 10.0
"""Seconds that a plugin may take when somebody comes or goes: they, and the plugins after it, wait for it."""
LONGEST_EVENT = 60.0
"""Seconds after which a handler that still waits for something is ended."""


class RealtimeServer:
    """The realtime side of one process, as an ASGI application with a beginning and an end."""

    def __init__(self, installation: Installation, tokens: TokenReader) -> None:
        """Nothing runs until `start`, which must be called in the event loop that serves it."""
        self._installation = installation
        self._tokens = tokens
        self.sockets = _socket_server(installation.configuration, self._origin_is_ours)
        self.journal = Journal(installation.engine, installation.clock)
        installation.gauges["journal_waiting"] = self.journal.waiting
        self.context = RealtimeContext(installation, self.sockets, self.journal)
        permissions = Permissions.of_plugins(installation.plugins.plugins.values())
        self._gate = RealtimeGate(self.context, permissions)
        self._watch = StaffWatch(self.context)
        self._seeker_watch = SeekerWatch(self.context)
        folders = {name: plugin.card.folder for name, plugin in installation.plugins.plugins.items()}
        self._loop_watch = LoopWatch(folders, self._held_up)
        self._limits = TimeLimits(lambda: LONGEST_EVENT)
        self._ways_to_a_human = installation.plugins.asked_on("add_start_action")
        self.sockets.on("connect", self._connect)
        self.sockets.on("disconnect", self._disconnect)
        self.sockets.on("*", self._event)

    def asgi(self) -> Any:
        """The application for the server: anonymity outermost, then strict headers, then Socket.IO."""
        configuration = self._installation.configuration
        inner = socketio.ASGIApp(self.sockets, socketio_path="socket.io", on_startup=self.start, on_shutdown=self.stop)
        known = self._installation.directory.find_host
        headed = SecurityHeadersAsgi(inner, configuration, lambda host: known(host) is not None)
        return AnonymityAsgi(
            headed,
            self._installation.tags,
            configuration.trusted_proxies,
            scheme=configuration.public_scheme,
            carrier=self._installation.carrier,
        )

    async def start(self) -> None:
        """Starts the journal, tells plugins, and lets news from the rest of the process in."""
        self.journal.start()
        self._loop_watch.start()
        self._limits.start()
        for plugin in self._installation.plugins.plugins.values():
            if plugin.realtime.started is not None:
                await plugin.realtime.started(self.context)
        self._installation.emit.connect(_LoopEmit(self.context))
        self._watch.start()
        self._seeker_watch.start()

    async def stop(self) -> None:
        """Writes what waits and ends."""
        self._watch.stop()
        self._seeker_watch.stop()
        self._loop_watch.stop()
        self._limits.stop()
        await asyncio.to_thread(self.journal.stop)
        self.context.stop()

    def _origin_is_ours(self, origin: str | None, environ: Mapping[str, Any]) -> bool:
        """Only pages of our own hosts may open a socket: a foreign page must not use a visitor's network.

        Browsers name no origin when a page of this very origin polls; then there is nothing to refuse.
        """
        if origin is None:
            return True
        host = origin.partition("://")[2].partition(":")[0]
        known = self._installation.directory.find_host(host)
        return known is not None and origin == self._installation.configuration.address(host)

    async def _connect(self, sid: str, environ: Any, auth: Any) -> bool:
        """Lets a socket in that shows a fresh token. Whoever has none learns nothing but that."""
        try:
            connection = await self._known(sid, bare_host(environ.get("HTTP_HOST", "")), auth)
            connection.visitor = environ["asgi.scope"]["state"]["visitor"]
            self.context.connections[sid] = connection
            await self._welcome(connection)
        except Exception as error:
            self.context.connections.pop(sid, None)
            if not isinstance(error, Refused):
                log.error("connect failed", exc_info=error)
            code = error.code if isinstance(error, Refused) else "failed"
            raise socketio.exceptions.ConnectionRefusedError(code) from None
        return True

    async def _known(self, sid: str, host: str, auth: Any) -> Connection:
        """The connection of whoever shows this token. Raises Refused.

        A token counts at its own organisation's hosts alone: at another's it is as one that never was.
        """
        identity = await asyncio.to_thread(self._tokens.read, auth["token"]) if _has_token(auth) else None
        match = self._installation.directory.find_host(host)
        if identity is not None and (match is None or match.tenant.id != identity.tenant_id):
            raise Refused("token")
        staff = await self._staff(identity) if identity and identity.subject == "staff" else None
        if identity is None or (identity.subject == "staff" and staff is None):
            raise Refused("token")
        if identity.subject == "seeker" and await asyncio.to_thread(self._has_time_out, identity):
            raise Refused("time_out")
        return Connection(sid, identity, staff, Allowance())

    def _has_time_out(self, identity: RealtimeIdentity) -> bool:
        """Asked of the database at each connect: a time-out holds from its commit on, in every process."""
        installation = self._installation
        with tenant_session(installation.engine, identity.tenant_id, writes=False) as session, session.begin():
            return time_out_of(session, installation.keys, identity.key, installation.clock()) is not None

    async def _staff(self, identity: RealtimeIdentity) -> StaffIdentity | None:
        engine, now = self._installation.engine, self._installation.clock()

        def find() -> StaffIdentity | None:
            with tenant_session(engine, identity.tenant_id) as session, session.begin():
                return staff_of_session(session, identity.session_id, now)

        return await asyncio.to_thread(find)

    async def _disconnect(self, sid: str, reason: str) -> None:
        connection = self.context.connections.get(sid)
        if connection is not None:
            connection.gone = True
        tenant = self._installation.directory.by_id(connection.identity.tenant_id) if connection else None
        if connection is not None and tenant is not None:
            await self._farewell(connection, tenant)
        self.context.connections.pop(sid, None)

    async def _welcome(self, connection: Connection) -> None:
        """Tells the plugins of an open organisation that somebody came. Raises Refused: it is closed, or one refuses.

        One that fails harms itself alone: who comes is let in, to all that the others do.
        """
        tenant = self._gate.open_tenant(connection)
        for name, plugin in self._installation.plugins.plugins.items():
            if plugin.realtime.connected is None or name not in tenant.plugins or self._gate.rests(name, tenant):
                continue
            try:
                async with asyncio.timeout(LONGEST_WELCOME):
                    await plugin.realtime.connected(Call(self.context, connection, tenant))
            except Refused:
                raise
            except Exception as error:
                log.error("welcome failed", plugin=name, exc_info=error)
                self._report(name, connection, error, pause=isinstance(error, TimeoutError))

    async def _farewell(self, connection: Connection, tenant: Tenant) -> None:
        """Tells all plugins that somebody went, past the gate and each for itself.

        One that was switched off meanwhile still remembers the socket, and must let go of it.
        """
        for plugin in self._installation.plugins.plugins.values():
            if plugin.realtime.disconnected is None or self._gate.rests(plugin.name, tenant):
                continue
            try:
                async with asyncio.timeout(LONGEST_WELCOME):
                    await plugin.realtime.disconnected(Call(self.context, connection, tenant))
            except Exception as error:  # the others must hear of it all the same
                log.error("farewell failed", plugin=plugin.name, exc_info=error)
                self._report(plugin.name, connection, error, pause=False)

    async def _event(self, name: str, sid: str, *arguments: Any) -> Answer:
        """Every event of every plugin. Until the handler's first `await` nothing here waits, so order is kept."""
        connection = self.context.connections.get(sid)
        if connection is None:
            return {"error": "not_found"}
        try:
            event, call, payload = self._gate.admit(connection, name, arguments[0] if arguments else None)
            with self._limits.limited():
                return await event.handler(call, payload)
        except (Refused, JournalRefused) as refusal:
            return {"error": refusal.code}
        except Exception as error:  # one broken event must not end the socket of a person in need
            log.error("event failed", event_name=name, exc_info=error)
            self._report(name.partition(".")[0], connection, error, pause=isinstance(error, TooMuch))
            return {"error": "failed"}

    def _report(self, plugin: str, connection: Connection, error: Exception, *, pause: bool) -> None:
        """Tells the administrator. What costs others something has its plugin rest; what raises harms itself alone.

        Nor does one rest that leads to a human: people who are in a conversation would stand alone for minutes.
        """
        tenant = self._installation.directory.by_id(connection.identity.tenant_id)
        budgets = self._installation.plugins.budgets
        account = budgets.account(plugin, REALTIME)
        may_rest = pause and plugin not in self._ways_to_a_human
        budgets.raised(account, tenant.slug if tenant else "-", 0.0, error, pause=may_rest)

    def _held_up(self, plugin: str, seconds: float) -> None:
        """A plugin's step holds up the sockets of everybody: once is enough for a long rest.

        A way to a human rests only when it hangs for so long that all lines are cut anyway; the only one there is, is
        tried again soon.
        """
        budgets = self._installation.plugins.budgets
        account = budgets.account(plugin, REALTIME)
        if budgets.is_paused(account, "-"):
            return
        if plugin in self._ways_to_a_human and seconds <= HANGS * budgets.seconds:
            budgets.took(account, "-", seconds, pause=False)
        else:
            is_the_only_way = {plugin} == self._ways_to_a_human
            budgets.hung(account, "-", seconds, first_pause=PAUSE if is_the_only_way else LONGEST_PAUSE)


class _LoopEmit:
    """Emit from any thread into the loop of this process."""

    def __init__(self, context: RealtimeContext) -> None:
        self._context = context
        self._loop = asyncio.get_running_loop()

    def __call__(self, tenant_id: Any, room: str, event: str, payload: Mapping[str, Any]) -> None:
        news = self._context.emit(tenant_id, room, event, payload)
        try:
            asyncio.run_coroutine_threadsafe(news, self._loop)
        except RuntimeError:  # the loop has ended: nobody listens any more
            news.close()


def _has_token(auth: Any) -> bool:
    return isinstance(auth, dict) and isinstance(auth.get("token"), str)


def _socket_server(configuration: Configuration, origin_is_ours: Any) -> SocketServer:
    manager = RedisRooms(configuration.redis, json=FastJson) if configuration.redis else Rooms()
    return SocketServer(
        async_mode="asgi",
        client_manager=manager,
        json=FastJson,
        cors_allowed_origins=origin_is_ours,
        cors_credentials=False,
        http_compression=False,
        max_http_buffer_size=FRAME_BYTES,
        ping_interval=PING_INTERVAL,
        ping_timeout=PING_TIMEOUT,
        logger=log_nothing,
        engineio_logger=log_nothing,
    )


class _Silent:
    """A logger for Socket.IO that says nothing: its messages hold bodies and addresses."""

    def _nothing(self, *_: Any, **__: Any) -> None: ...

    debug = info = warning = error = exception = critical = _nothing


log_nothing = _Silent()
