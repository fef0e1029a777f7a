"""WebSockets by hand, on bare sockets and epoll: the same few lines of client for every server that is measured.

No client library stands in the measured loop, so that its costs and its waiting are known. Deflate is never offered.
"""

import base64
import heapq
import os
import select
import socket
from collections.abc import Callable, Iterable
from time import perf_counter

Hear = Callable[[bytes, float], None]
"""Told a whole text, and the moment at which its last bytes were read."""

_READ = 256 * 1024
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


class Broken(Exception):
    """A line that the server closed, or did not open."""


class Loop:
    """Waits for many sockets and for moments. One thread, one epoll."""

    def __init__(self) -> None:
        """Nothing to wait for yet."""
        self._poll = select.epoll()
        self._readers: dict[int, Callable[[], None]] = {}
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0
        self.lags: list[float] = []
        """For each moment, by how many seconds this loop was late for it."""

    def watch(self, number: int, react: Callable[[], None]) -> None:
        """Calls `react` when there is something to read."""
        self._readers[number] = react
        self._poll.register(number, select.EPOLLIN)

    def forget(self, number: int) -> None:
        """Watches it no more."""
        if self._readers.pop(number, None) is not None:
            self._poll.unregister(number)

    def at(self, moment: float, act: Callable[[], None]) -> None:
        """Calls `act` at that moment of perf_counter."""
        self._number += 1
        heapq.heappush(self._due, (moment, self._number, act))

    def run_until(self, done: Callable[[], bool], patience: float) -> bool:
        """Works until `done()`; False when that took longer than `patience` seconds."""
        until = perf_counter() + patience
        while not done():
            now = perf_counter()
            if now > until:
                return False
            while self._due and self._due[0][0] <= now:
                moment, _, act = heapq.heappop(self._due)
                self.lags.append(now - moment)
                act()
                now = perf_counter()
            wait = min(self._due[0][0] - now, 0.05) if self._due else 0.05
            for number, _ in self._poll.poll(max(wait, 0)):
                react = self._readers.get(number)
                if react is not None:
                    react()
        return True

    def run_for(self, seconds: float) -> None:
        """Works for so long."""
        until = perf_counter() + seconds
        self.run_until(lambda: perf_counter() >= until, seconds + 1)


class Exchange:
    """A socket on which bytes come until somebody has all that they wanted: a connection, not yet a line."""

    def __init__(self, loop: Loop, port: int, request: bytes, heard: Callable[["Exchange"], None]) -> None:
        """Connects to this machine, sends the request, and calls `heard` each time that more has come."""
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.inbox = bytearray()
        self.closed = False
        self._loop, self._heard = loop, heard
        loop.watch(self.socket.fileno(), self._read)
        self.socket.send(request)

    def _read(self) -> None:
        try:
            more = self.socket.recv(_READ)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        self.closed = not more
        self.inbox += more
        if self.closed:
            self.let_go()
        self._heard(self)

    def let_go(self) -> socket.socket:
        """The socket, watched by nobody."""
        if self.socket.fileno() >= 0:
            self._loop.forget(self.socket.fileno())
        return self.socket


class Line:
    """One open WebSocket."""

    def __init__(self, loop: Loop, wire: socket.socket, rest: bytes) -> None:
        """`rest` came with the handshake's answer. Say in `hear` who listens, then call `begin`."""
        self._loop, self._wire = loop, wire
        self._inbox = bytearray(rest)
        self._outbox = b""
        self.hear: Hear = _nobody
        self.open = True

    def begin(self) -> None:
        """Hears from now on."""
        self._loop.watch(self._wire.fileno(), self._read)
        self._take_frames(perf_counter())

    def say(self, text: bytes) -> None:
        """Sends a text. What the network does not take at once waits for the next call that finds room."""
        self._send(_TEXT, text)

    def close(self) -> None:
        """Closes the socket without a word, as a network does that goes away."""
        if self.open:
            self.open = False
            self._loop.forget(self._wire.fileno())
            self._wire.close()

    def _send(self, kind: int, payload: bytes) -> None:
        data = self._outbox + _frame(kind, payload)
        try:
            sent = self._wire.send(data)
        except BlockingIOError:
            sent = 0
        self._outbox = data[sent:]
        if self._outbox:
            self._loop.at(perf_counter() + 0.001, self._send_rest)

    def _send_rest(self) -> None:
        if self._outbox and self.open:
            data, self._outbox = self._outbox, b""
            try:
                self._outbox = data[self._wire.send(data) :]
            except BlockingIOError:
                self._outbox = data
            if self._outbox:
                self._loop.at(perf_counter() + 0.001, self._send_rest)

    def _read(self) -> None:
        try:
            more = self._wire.recv(_READ)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        if not more:
            self.close()
            return
        self._inbox += more
        self._take_frames(perf_counter())

    def _take_frames(self, now: float) -> None:
        inbox, at, end = self._inbox, 0, len(self._inbox)
        while end - at >= 2:
            size, start = inbox[at + 1] & 0x7F, at + 2
            if size == 126:
                size, start = int.from_bytes(inbox[at + 2 : at + 4], "big"), at + 4
            elif size == 127:
                size, start = int.from_bytes(inbox[at + 2 : at + 10], "big"), at + 10
            if end < start + size:
                break
            kind, payload = inbox[at] & 0x0F, bytes(inbox[start : start + size])
            at = start + size
            self._take(kind, payload, now)
        del inbox[:at]

    def _take(self, kind: int, payload: bytes, now: float) -> None:
        if kind == _TEXT:
            self.hear(payload, now)
        elif kind == _PING:
            self._send(_PONG, payload)
        elif kind == _CLOSE:
            self.close()


def open_line(
    loop: Loop, port: int, path: str, headers: Iterable[tuple[str, str]], opened: Callable[[Line], None]
) -> None:
    """Opens a WebSocket; `opened` is called with the line once the server has agreed, before it hears anything."""
    key = base64.b64encode(os.urandom(16)).decode()
    named = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", key), *headers]
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named), "Sec-WebSocket-Version: 13"]

    def heard(exchange: Exchange) -> None:
        head, end, rest = bytes(exchange.inbox).partition(b"\r\n\r\n")
        if exchange.closed or (end and not head.startswith(b"HTTP/1.1 101")):
            raise Broken(f"no WebSocket at port {port}: {head[:200]!r}")
        if not end:
            return
        if b"permessage-deflate" in head.lower():
            raise Broken("the server deflates, which nobody offered")
        line = Line(loop, exchange.let_go(), rest)
        opened(line)
        line.begin()

    Exchange(loop, port, "\r\n".join([*lines, "", ""]).encode(), heard)


def _frame(kind: int, payload: bytes) -> bytes:
    """A whole frame, masked as every client must."""
    size = len(payload)
    mask = os.urandom(4)
    head = bytes((0x80 | kind, 0x80 | size)) if size < 126 else bytes((0x80 | kind, 0xFE)) + size.to_bytes(2, "big")
    stretched = (mask * (size // 4 + 1))[:size]
    masked = (int.from_bytes(payload, "little") ^ int.from_bytes(stretched, "little")).to_bytes(size, "little")
    return head + mask + masked


def _nobody(_text: bytes, _at: float) -> None:
    """Hears nothing."""
