"""The layer on real servers, malformed requests and frames included: nothing in what is seen, answered or logged."""

import base64
import io
import logging
import socket
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import socketio
import structlog
from waitress.channel import HTTPChannel
from waitress.server import create_server

from core.anonymity.logs import set_up_logging
from core.anonymity.middleware import AnonymityAsgi, AnonymityWsgi
from core.anonymity.tags import Tags
from core.anonymity.waitress_answers import make_waitress_strict
from core.configuration import Configuration
from core.realtime.headers import SecurityHeadersAsgi
from core.realtime.runner import make_server
from core.web.headers import SecurityHeadersWsgi

ADDRESS = "203.0.113.77"
AGENT = "CanaryBrowser/77.7"
HERE = Configuration(home=Path("/tmp/luwte-test-home"))
SPEAKING = (
    f"X-Forwarded-For: {ADDRESS}\r\nForwarded: for={ADDRESS}\r\nUser-Agent: {AGENT}\r\nReferer: http://{ADDRESS}/\r\n"
)
CANARIES = (ADDRESS, AGENT, base64.b64encode(ADDRESS.encode()).decode(), "127.0.0.1")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that the process logs; afterwards all is as it was."""
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning)
    root = logging.getLogger()
    handlers, level, raising = list(root.handlers), root.level, logging.raiseExceptions
    stream = io.StringIO()
    set_up_logging(stream, logging.DEBUG)
    yield stream
    sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning = hooks
    root.handlers[:], logging.raiseExceptions = handlers, raising
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def seen() -> list[str]:
    """What the application behind the layer was given, written out."""
    return []


@pytest.fixture
def pages(log: io.StringIO, seen: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a waitress that serves an application which keeps, and complains about, all that it sees."""
    for name in ("task_class", "error_task_class"):
        monkeypatch.setattr(HTTPChannel, name, getattr(HTTPChannel, name))
    make_waitress_strict()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.append(repr(environ))
        if environ["PATH_INFO"] == "/broken":
            raise RuntimeError(repr(environ))
        start_response("200 OK", [("Content-Type", "text/plain"), ("Server", "probe")])
        return [b"well"]

    headed = AnonymityWsgi(SecurityHeadersWsgi(app, HERE), Tags(), ["127.0.0.1"])
    server: Any = create_server(headed, host="127.0.0.1", port=0, threads=2, clear_untrusted_proxy_headers=False)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield int(server.effective_port)
    server.asyncore.close_all(server._map)
    server.task_dispatcher.shutdown(timeout=2)
    thread.join(5)


@pytest.fixture
def realtime(log: io.StringIO, seen: list[str]) -> Iterator[int]:
    """The port of a uvicorn with Socket.IO behind the layer."""
    sio = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*", logger=False, engineio_logger=False)

    async def connect(sid: str, environ: Any, auth: Any) -> None:
        seen.append(repr({key: value for key, value in environ.items() if key != "REMOTE_ADDR"}))
        assert environ["REMOTE_ADDR"] == "127.0.0.1", "the library's constant, not the peer"

    sio.on("connect", connect)
    inner = socketio.ASGIApp(sio)

    async def app(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            seen.append(repr(scope))
        if scope.get("path") == "/broken":
            raise RuntimeError(repr(scope))
        await inner(scope, receive, send)

    server = make_server(AnonymityAsgi(SecurityHeadersAsgi(app, HERE), Tags(), ["127.0.0.1"]), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    waiting = threading.Event()
    while not server.started:
        waiting.wait(0.02)
    yield int(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    thread.join(5)


def talk(port: int, *sent: bytes) -> str:
    """All that the server answers to these bytes."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as connection:
        answer = b""
        connection.settimeout(1)
        try:
            for part in sent:
                connection.sendall(part)
            while part := connection.recv(65536):
                answer += part
        except OSError:  # closed, or silent
            pass
        return answer.decode("latin-1")


def request(line: str, more: str = "") -> bytes:
    return f"{line} HTTP/1.1\r\nHost: luisterboom.localhost\r\n{SPEAKING}{more}Connection: close\r\n\r\n".encode(
        "latin-1"
    )


HANDSHAKE = (
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Key: {base64.b64encode(b'0123456789abcdef').decode()}\r\n"
)
WELL_OR_NOT: dict[str, bytes] = {
    "a page": request("GET /"),
    "a broken page": request("GET /broken"),
    "no HTTP": f"{ADDRESS} / {AGENT}\r\n\r\n".encode(),
    "a bad header": request("GET /", f"{ADDRESS}\x01: {AGENT}\r\n : x\r\n"),
    "a bad length": request("POST /", f"Content-Length: {ADDRESS}\r\n"),
    "a bad chunk": request("POST /", "Transfer-Encoding: chunked\r\n") + f"{ADDRESS}\r\n".encode(),
    "an unknown encoding": request("POST /", f"Transfer-Encoding: {AGENT}\r\n"),
    "headers too long": request("GET /", f"X-Long: {ADDRESS * 60000}\r\n"),
    "bytes": bytes(range(128, 256)) + f" {ADDRESS}\r\n\r\n".encode(),
}


def assert_silent(log: io.StringIO, seen: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    captured = capfd.readouterr()
    everything = "\n".join((log.getvalue(), captured.out, captured.err, *seen))
    assert [canary for canary in CANARIES if canary in everything] == []


def assert_strict(answer: str) -> None:
    head = answer.partition("\r\n\r\n")[0].lower()
    for line in (
        "x-content-type-options: nosniff",
        "content-security-policy: default-src 'none'",
        "cache-control: no-store",
    ):
        assert head.count(line) == 1, answer[:300]
    assert "\r\nserver:" not in head
    assert "\r\nvia:" not in head


@pytest.mark.parametrize("kind", WELL_OR_NOT)
def test_waitress_shows_and_logs_nothing(
    kind: str, pages: int, log: io.StringIO, seen: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    answer = talk(pages, WELL_OR_NOT[kind])
    assert_strict(answer)
    assert ADDRESS not in answer
    assert_silent(log, seen, capfd)
    if kind == "a broken page":
        assert "HTTP/1.1 500" in answer
        assert "RuntimeError at core/web/headers.py:" in log.getvalue()


@pytest.mark.parametrize("kind", WELL_OR_NOT)
def test_uvicorn_shows_and_logs_nothing(
    kind: str, realtime: int, log: io.StringIO, seen: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    answer = talk(realtime, WELL_OR_NOT[kind])
    assert_strict(answer)
    assert_silent(log, seen, capfd)


@pytest.mark.parametrize(
    "line, more, status",
    [
        ("GET /socket.io/?EIO=4&transport=websocket", HANDSHAKE, 101),
        ("GET /broken", HANDSHAKE, 500),
        ("GET /elsewhere", HANDSHAKE, 404),
        ("GET /socket.io/?EIO=4&transport=websocket", "Upgrade: websocket\r\n", 400),
        ("GET /socket.io/?EIO=4&transport=websocket", HANDSHAKE.replace("13", "99"), 400),
        ("POST /socket.io/?EIO=4&transport=websocket", HANDSHAKE, 405),
    ],
)
def test_handshakes_well_formed_or_not(
    line: str,
    more: str,
    status: int,
    realtime: int,
    log: io.StringIO,
    seen: list[str],
    capfd: pytest.CaptureFixture[str],
) -> None:
    raw = request(line, more).replace(b"Connection: close", b"Connection: Upgrade")
    answer = talk(realtime, raw, b"\xc1\x83" + ADDRESS.encode())
    assert answer.startswith(f"HTTP/1.1 {status}"), answer[:200]
    assert_strict(answer)
    assert_silent(log, seen, capfd)


def test_long_polling_shows_no_more_than_a_socket(
    realtime: int, log: io.StringIO, seen: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    answer = talk(realtime, request("GET /socket.io/?EIO=4&transport=polling"))
    assert_strict(answer)
    sid = answer.partition('"sid":"')[2].partition('"')[0]
    body = b"40"
    talk(realtime, request(f"POST /socket.io/?EIO=4&transport=polling&sid={sid}", "Content-Length: 2\r\n") + body)
    assert len([environ for environ in seen if "asgi.scope" in environ]) == 1, "Socket.IO's connect handler was reached"
    assert_silent(log, seen, capfd)
