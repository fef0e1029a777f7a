"""Puts the strict headers on every answer of the realtime side: polling, refused upgrades, failures."""

from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog
from uvicorn.protocols.utils import ClientDisconnected

from core.anonymity.headers import KnownHost, StrictHeaders
from core.anonymity.middleware import AsgiApp, Receive, Scope, Send, bare_host
from core.configuration import Configuration

_log = structlog.get_logger("luwte.realtime")
_STARTS = frozenset({"http.response.start", "websocket.http.response.start", "websocket.accept"})
_UPGRADE_ANSWER = "websocket.http.response"


class SecurityHeadersAsgi:
    """Stands right behind the anonymity middleware of the realtime server."""

    def __init__(self, app: AsgiApp, configuration: Configuration, known_host: KnownHost | None = None) -> None:
        """`known_host` tells whether a host is one of ours; by default those under the network domain are."""
        self._app = app
        self._headers = StrictHeaders(configuration, known_host)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or serves one socket."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send, self._headers)
        try:
            await self._app(scope, receive, exchange.send)
        except ClientDisconnected:
            raise
        except Exception as error:  # noqa: BLE001 - the last place before the server, which would answer without headers
            if exchange.lost:
                return
            _log.error("realtime.failed", exc_info=error)
            await exchange.fail()


class _Exchange:
    """One request, or one socket: what was answered so far."""

    def __init__(self, scope: Scope, send: Send, headers: StrictHeaders) -> None:
        self._is_socket = scope["type"] == "websocket"
        self._can_answer_upgrade = _UPGRADE_ANSWER in scope.get("extensions", {})
        self._host = _host(scope["headers"])
        self._to_server = send
        self._headers = headers
        self._started = False
        self.lost = False
        """Whether the server could not send: the other side is gone, or was sent away for what is no HTTP."""

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Passes a message on, the first one with our headers."""
        kind = message["type"]
        if self._is_socket and kind.startswith("http.") and self._can_answer_upgrade:
            # Socket.IO answers an upgrade at an address that it does not know as if it were a page.
            kind = f"websocket.{kind}"
            message = {**message, "type": kind}
        if kind == "websocket.close" and not self._started and self._can_answer_upgrade:
            await self._answer("websocket.http.response", 403, b"Forbidden")
        elif kind in _STARTS:
            self._started = True
            await self._send(
                {**message, "headers": self._strict(message.get("status", 101), message.get("headers", ()))}
            )
        else:
            await self._send(message)

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        try:
            await self._to_server(message)
        except Exception:
            self.lost = True
            raise

    async def fail(self) -> None:
        """Says that something is broken, if nothing was said yet; closes a socket that is open."""
        if not self._started and (not self._is_socket or self._can_answer_upgrade):
            kind = _UPGRADE_ANSWER if self._is_socket else "http.response"
            await self._answer(kind, 500, b"Internal Server Error")
        elif self._is_socket:
            await self._send({"type": "websocket.close", "code": 1011})
        else:
            raise RuntimeError(
                "an answer broke off"
            )  # the server closes the connection, so that it is not taken as whole

    async def _answer(self, kind: str, status: int, body: bytes) -> None:
        self._started = True
        own = ((b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()))
        await self._send({"type": f"{kind}.start", "status": status, "headers": self._strict(status, own)})
        await self._send({"type": f"{kind}.body", "body": body})

    def _strict(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        own = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
        applied = self._headers.applied(self._host, status, own)
        return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in applied]


def _host(headers: Iterable[tuple[bytes, bytes]]) -> str:
    return next((bare_host(value.decode("latin-1")) for name, value in headers if name.lower() == b"host"), "")
