"""A client of a running server, as a browser is one: cookies, forms, a token, a socket. For tests from outside.

Only browsers resolve `*.localhost` by themselves; here a resolver of our own gives 127.0.0.1 for every name, so that no
test ever leaves this machine.
"""

import asyncio
import html
import re
import socket
from collections import defaultdict
from types import TracebackType
from typing import Any, Protocol, Self

import aiohttp
import socketio
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

_FORM_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_SCRIPT_TOKEN = re.compile(r'"csrf":\s*"([^"]+)"')


class Doors(Protocol):
    """Where a server of this machine is, such as a `RunningServer`."""

    @property
    def pages_port(self) -> int:
        """The port of the pages."""

    @property
    def realtime_port(self) -> int:
        """The port of the sockets."""


class _Loopback(AbstractResolver):
    """Finds every name on this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """127.0.0.1, whatever the name."""
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is open."""


class LiveClient:
    """One browser session on one host, with at most one socket. Use it as an async context manager."""

    def __init__(self, server: Doors, host: str) -> None:
        """`host` without port, such as `luisterboom.localhost`."""
        self._server = server
        self.host = host
        self._origin = f"http://{host}:{server.pages_port}"
        self._http = aiohttp.ClientSession(
            self._origin,
            connector=aiohttp.TCPConnector(resolver=_Loopback()),
            headers={"Origin": self._origin},
        )
        self._csrf = ""
        self.socket: socketio.AsyncClient | None = None
        self.heard: dict[str, list[Any]] = defaultdict(list)
        """What the server told, by event, in the order in which it came."""
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Nothing is open yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes socket and HTTP session."""
        await self.disconnect()
        await self._http.close()

    async def get(self, path: str) -> tuple[int, str]:
        """Asks for a page; gives status and text. Remembers the page's token for scripts."""
        async with self._http.get(path) as answer:
            text = await answer.text()
        found = _SCRIPT_TOKEN.search(html.unescape(text)) or _FORM_TOKEN.search(text)
        self._csrf = found.group(1) if found else self._csrf
        return answer.status, text

    async def post(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        """Sends a form with the token of the page that was asked for last."""
        data = {"csrf_token": self._csrf, **(fields or {})}
        async with self._http.post(path, data=data) as answer:
            return answer.status, await answer.text()

    async def sign_in(self, name: str, password: str, path: str = "/aanmelden") -> None:
        """Signs in at a workplace. Raises AssertionError when that fails."""
        await self.get(path)
        status, text = await self.post(path, {"name": name, "password": password})
        if status != 200 or 'name="password"' in text:
            raise AssertionError(f"{name} could not sign in at {self.host}: {status}")

    def give_cookie(self, name: str, value: str) -> None:
        """Puts a cookie into this browser session, as if it had been given before."""
        self._http.cookie_jar.update_cookies({name: value}, URL(self._origin))

    def cookie(self, name: str) -> str:
        """The value of a cookie that this browser session has; empty when it has none."""
        found = self._http.cookie_jar.filter_cookies(URL(self._origin)).get(name)
        return found.value if found else ""

    async def token(self) -> str:
        """A fresh realtime token; empty when the server gives none."""
        async with self._http.post("/verbinding", headers={"X-CSRF-Token": self._csrf}) as answer:
            if answer.status != 200 or answer.content_type != "application/json":
                return ""
            return str((await answer.json())["token"])

    async def connect(self, token: str | None = None) -> None:
        """Opens the socket with a fresh token, or with the one given. Raises ConnectionError when refused."""
        client = socketio.AsyncClient(reconnection=False, http_session=self._http)
        client.on("*", self._hear)
        try:
            await client.connect(
                f"http://{self.host}:{self._server.realtime_port}",
                headers={"Origin": self._origin},
                auth={"token": await self.token() if token is None else token},
                transports=["websocket"],
                wait_timeout=60,
            )
        except socketio.exceptions.ConnectionError as error:
            await client.shutdown()
            raise ConnectionError(str(error)) from None
        self.socket = client

    async def disconnect(self) -> None:
        """Closes the socket, if there is one."""
        if self.socket is not None:
            await self.socket.disconnect()
            self.socket = None

    async def ask(self, event: str, payload: object, patience: float = 20.0) -> Any:
        """Sends an event and gives the server's answer."""
        if self.socket is None:
            raise ConnectionError("not connected")
        return await self.socket.call(event, payload, timeout=patience)

    def send_nowait(self, event: str, payload: object) -> "asyncio.Future[Any]":
        """Sends an event at once, in the order of the calls; the future gives the answer."""
        if self.socket is None:
            raise ConnectionError("not connected")
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        task = asyncio.ensure_future(self.socket.emit(event, payload, callback=_settle(answer)))
        task.add_done_callback(lambda done: done.exception())
        return answer

    async def hear(self, event: str, wanted: Any = None, patience: float = 20.0) -> Any:
        """Waits until the server tells `event` with a payload that `wanted` is true for; gives that payload."""
        async with asyncio.timeout(patience):
            while True:
                self._news.clear()
                for payload in self.heard[event]:
                    if wanted is None or wanted(payload):
                        return payload
                await self._news.wait()

    async def _hear(self, event: str, payload: Any = None) -> None:
        self.heard[event].append(payload)
        self._news.set()


def _settle(answer: "asyncio.Future[Any]") -> Any:
    def callback(*values: Any) -> None:
        if not answer.done():
            answer.set_result(values[0] if values else None)

    return callback
