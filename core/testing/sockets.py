"""Open sockets of help seekers and staff on the installation of `app`, for tests of a plugin's realtime events.

    def test_a_page_is_turned(sockets: Sockets) -> None:
        anna, noor = sockets.seeker(WITH), sockets.staff(WITH, "helper")
        assert anna.ask("diary.turn", {"page": 3}) == {"page": 3}
        assert noor.hear("diary.turned") == {"page": 3}

It is the real realtime side, on a port of this machine, and needs no coroutines: the loop runs in a thread of its own,
beside whatever else the test has open. Load it after `core.testing.app`.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from core.cli.embedded import make_realtime
from core.identity.roles import HELPER
from core.realtime.runner import RealtimeThread
from core.testing.app import App, site, workplace
from core.testing.keys import give_shift
from core.testing.live import LiveClient
from core.testing.server import PATIENCE, free_ports

T = TypeVar("T")
WITHIN = 60.0
"""Seconds that an answer may take; a busy machine is slow."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Where pages and sockets are."""

    pages_port: int
    realtime_port: int


class Socket:
    """One open socket of one person."""

    def __init__(self, client: LiveClient, run: "Callable[[Coroutine[Any, Any, Any]], Any]") -> None:
        """Made by `Sockets`."""
        self._client, self._run = client, run

    @property
    def heard(self) -> dict[str, list[Any]]:
        """What the server told so far, by event, in the order in which it came."""
        return self._client.heard

    def ask(self, event: str, payload: Mapping[str, Any] | None = None) -> Any:
        """Sends an event and gives the server's answer: what the handler returned, or `{"error": <one word>}`."""
        return self._run(self._client.ask(event, dict(payload or {}), WITHIN))

    def hear(self, event: str, wanted: Callable[[Any], bool] | None = None) -> Any:
        """Waits until the server tells `event` (with what `wanted` is true for); gives what it told."""
        return self._run(self._client.hear(event, wanted, WITHIN))

    def close(self) -> None:
        """Goes away, as somebody who closes the page."""
        self._run(self._client.disconnect())


class Sockets:
    """The realtime side of an installation, and the sockets that a test opens on it."""

    def __init__(self, app: App) -> None:
        """Nothing listens before the first socket."""
        self._app = app
        self._clients: list[LiveClient] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="test-sockets", daemon=True)
        self._realtime: RealtimeThread | None = None
        self._doors = Doors(app.installation.configuration.pages_port, 0)

    def seeker(self, slug: str, cookie: str = "") -> Socket:
        """The socket of a help seeker of an organisation: of the browser session with this cookie, or in a new one."""
        return self._open(site(slug), cookie or f"seeker={uuid4().hex}{'x' * 11}")

    def staff(self, slug: str, *roles: str) -> Socket:
        """The socket of somebody with these roles, who is signed in at an organisation; a helper has begun a shift."""
        cookie, staff_id = self._app.sign_in_new(slug, *roles)
        if HELPER in roles:
            give_shift(self._app.installation, self._app.tenant(slug).id, staff_id)
        return self._open(workplace(slug), cookie)

    def close(self) -> None:
        """Closes every socket and the realtime side."""
        if self._realtime is not None:
            for client in self._clients:
                self._run(client.__aexit__(None, None, None))
            self._realtime.stop()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    def _open(self, host: str, cookie: str) -> Socket:
        """With a token that the page for it gives, as every page's script gets one."""
        self._listen()
        answer = self._app.ask(host, "/verbinding", "POST", cookie)
        if answer.status_int != 200:
            raise AssertionError(f"{host} gives no token for a socket: {answer.status}")
        client = self._run(self._connected(host, answer.json["token"]))
        return Socket(client, self._run)

    async def _connected(self, host: str, token: str) -> LiveClient:
        client = LiveClient(self._doors, host)
        self._clients.append(client)
        await client.connect(token)
        return client

    def _listen(self) -> None:
        if self._realtime is None:
            self._doors = Doors(self._doors.pages_port, free_ports(1)[0])
            self._realtime = RealtimeThread(
                make_realtime(self._app.installation), "127.0.0.1", self._doors.realtime_port
            )
            self._thread.start()
            self._realtime.start(PATIENCE)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(2 * WITHIN)


@pytest.fixture
def sockets(app: App) -> Iterator[Sockets]:
    """Sockets on the installation of this test's `app`; all are closed afterwards."""
    opened = Sockets(app)
    yield opened
    opened.close()
