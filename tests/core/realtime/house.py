"""The realtime side on a port of this machine, with two organisations and two small plugins."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import socketio
import uvicorn

from core.access.once import MemoryOnce
from core.access.realtime_tokens import TokenReader, issue
from core.configuration import Configuration
from core.identity.models import Staff
from core.identity.services.sessions import open_session
from core.installation import Installation
from core.realtime.runner import make_server
from core.realtime.server import RealtimeServer
from core.tenancy.changes import set_value, switch_plugin
from core.tenancy.session import network_session, tenant_session
from core.testing.clocks import FixedClock
from core.testing.installations import make_installation
from core.testing.organisations import add_tenant
from core.testing.server import free_ports
from core.testing.sqlite import open_copy
from core.testing.throwaway import Workshop, workshop_in

HERE, THERE = "boom", "kaal"
"""Two organisations; both have the plugins tea and rude."""

TEA = """
import asyncio
import time
from typing import Annotated
from pydantic import BaseModel, Field
from core.api import Permission, Realtime, RealtimeEvent, Refused, hookimpl

told = []


class Cup(BaseModel):
    size: Annotated[int, Field(ge=0)] = 0
    name: Annotated[str, Field(min_length=1, max_length=5)] = "x"


async def sip(call, cup):
    told.append(("sip", call.connection.identity.key, cup.size))
    return {"size": cup.size}


async def spill(call, cup):
    raise RuntimeError("a secret")


async def sit(call, cup):
    await call.enter("table")
    await call.emit_to_others("table", "tea.guest", {"name": cup.name})
    return {}


async def shout(call, cup):
    for number in range(cup.size):
        await call.emit("table", "tea.shout", {"number": number})
    return {}


async def doze(call, cup):
    time.sleep(cup.size)
    return {}


async def wait(call, cup):
    await asyncio.sleep(3600)


async def refuse(call, cup):
    raise Refused("cold")


async def connected(call):
    if call.connection.identity.key == "unwelcome":
        raise Refused("full")
    if call.connection.identity.key == "unlucky":
        raise RuntimeError("a secret")
    told.append(("connected", call.connection.identity.key))


async def disconnected(call):
    told.append(("disconnected", call.connection.identity.key))


SEEKER, STAFF = frozenset({"seeker"}), frozenset({"staff"})


@hookimpl
def declare_permissions():
    return (Permission("NAME.serve", frozenset({"helper"}), "Serve."),)


@hookimpl
def declare_realtime():
    return Realtime(
        events=(
            RealtimeEvent("NAME.sip", Cup, sip, SEEKER),
            RealtimeEvent("NAME.spill", Cup, spill, SEEKER),
            RealtimeEvent("NAME.wait", Cup, wait, SEEKER),
            RealtimeEvent("NAME.shout", Cup, shout, SEEKER),
            RealtimeEvent("NAME.doze", Cup, doze, SEEKER),
            RealtimeEvent("NAME.refuse", Cup, refuse, SEEKER),
            RealtimeEvent("NAME.sit", Cup, sit, SEEKER | STAFF, "NAME.serve"),
            RealtimeEvent("NAME.serve", Cup, sip, STAFF, "NAME.serve"),
        ),
        connected=connected,
        disconnected=disconnected,
    )
"""
RUDE = """
from core.api import Realtime, hookimpl


async def disconnected(call):
    raise RuntimeError("no goodbye")


@hookimpl
def declare_realtime():
    return Realtime(disconnected=disconnected)
"""


@dataclass
class TeaHouse:
    """An installation and, while it is open, its realtime side."""

    installation: Installation
    clock: FixedClock
    port: int
    server: RealtimeServer
    clients: list[socketio.AsyncClient] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    @property
    def told(self) -> list[tuple[Any, ...]]:
        """What the plugin tea was told."""
        import sys

        told: list[tuple[Any, ...]] = sys.modules[self.installation.plugins.plugins["tea"].card.hooks_module].told
        return told

    def tenant(self, slug: str = HERE) -> UUID:
        """The id of an organisation."""
        found = self.installation.directory.by_slug(slug)
        assert found is not None
        return found.id

    def change(self, slug: str, key: str, value: Any) -> None:
        """Changes a fact of an organisation, for this process at once."""
        with network_session(self.installation.engine, "test") as session, session.begin():
            set_value(session, self.tenant(slug), key, value)
        self.installation.directory.refresh()

    def switch(self, slug: str, plugin: str, on: bool) -> None:
        """Switches a plugin, for this process at once."""
        with network_session(self.installation.engine, "test") as session, session.begin():
            switch_plugin(session, self.tenant(slug), plugin, on=on)
        self.installation.directory.refresh()

    def do(self, work: Callable[[Any], Any], slug: str = HERE) -> Any:
        """Runs `work(session)` in a transaction of an organisation."""
        with tenant_session(self.installation.engine, self.tenant(slug)) as session, session.begin():
            return work(session)

    def add_staff(self, *roles: str, slug: str = HERE) -> tuple[UUID, UUID]:
        """A member of staff who is signed in; gives their id and their session's."""

        def work(session: Any) -> tuple[UUID, UUID]:
            values = {"roles": frozenset(roles), "password_hash": "-", "created_at": self.clock()}
            staff = Staff(name=f"staff-{uuid4().hex[:8]}", alias="Noor", **values)
            session.add(staff)
            session.flush()
            row, _ = open_session(session, self.installation.keys, staff, self.clock())
            return staff.id, row.id

        ids: tuple[UUID, UUID] = self.do(work, slug)
        return ids

    def token(self, key: str = "ada", slug: str = HERE) -> str:
        """A seeker's token."""
        return issue(self.installation.keys, self.clock, self.tenant(slug), "seeker", key, None)

    def staff_token(self, staff_id: UUID, session_id: UUID, slug: str = HERE) -> str:
        """A token of a member of staff."""
        return issue(self.installation.keys, self.clock, self.tenant(slug), "staff", str(staff_id), session_id)

    async def connect(
        self, token: object, at: str = HERE, origin: str | None = None, patience: float = 10
    ) -> socketio.AsyncClient:
        """Opens a socket on the host of an organisation. Raises socketio's ConnectionError when refused."""
        client = socketio.AsyncClient(reconnection=False)
        client.on("connect_error", self._note)
        self.clients.append(client)
        await client.connect(
            f"http://127.0.0.1:{self.port}",
            headers={"Host": f"{at}.localhost:6544"} | ({"Origin": origin} if origin else {}),
            auth={"token": token},
            transports=["websocket"],
            wait_timeout=patience,
        )
        return client

    async def refused(self, token: object, at: str = HERE) -> str:
        """Why a socket was refused, in the server's word."""
        self.reasons.clear()
        with pytest.raises(socketio.exceptions.ConnectionError):
            await self.connect(token, at)
        return self.reasons[-1]

    async def _note(self, reason: Any) -> None:
        self.reasons.append(str(reason["message"] if isinstance(reason, dict) else reason))

    async def until(self, holds: Callable[[], object]) -> None:
        """Waits until something holds."""
        async with asyncio.timeout(40):
            while not holds():  # noqa: ASYNC110 - what is waited for has no event of its own
                await asyncio.sleep(0.01)


@dataclass(frozen=True)
class Opener:
    """Opens tea houses: `async with opener() as house`."""

    folder: Path
    template: Path
    clock: FixedClock
    workshop: Workshop

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[TeaHouse]:
        """A running realtime side, closed after."""
        installation = self._installation()
        (port,) = free_ports(1)
        realtime = RealtimeServer(installation, TokenReader(installation.keys, self.clock, MemoryOnce(self.clock)))
        server = make_server(realtime.asgi(), "127.0.0.1", port)
        house = TeaHouse(installation, self.clock, port, realtime)
        serving = asyncio.create_task(_serve(server))
        try:
            await house.until(lambda: server.started)
            yield house
        finally:
            for client in house.clients:
                await client.shutdown()
                if client.eio.http is not None:  # left open by the library where a handshake is refused
                    await client.eio.http.close()
            server.should_exit = True
            await serving
            installation.engine.dispose()

    def _installation(self) -> Installation:
        database = open_copy(self.template, self.folder / "luwte.db")
        for slug in (HERE, THERE):
            add_tenant(database.engine, slug, plugins=["tea", "rude"], clock=self.clock)
        database.close()
        configuration = Configuration(home=self.folder / "var", database=database.url, tenants_folder=self.folder)
        cards = [self.workshop.plugin("rude", RUDE), self.workshop.plugin("tea", TEA.replace("NAME", "tea"))]
        return make_installation(configuration, self.clock, cards)


async def _serve(server: uvicorn.Server) -> None:
    with suppress(asyncio.CancelledError):
        await server._serve()


@pytest.fixture
def opener(tmp_path: Path, sqlite_template: Path, clock: FixedClock) -> Any:
    """Opens the realtime side in the test's own loop."""
    with workshop_in(tmp_path / "plugins") as workshop:
        yield Opener(tmp_path, sqlite_template, clock, workshop)
