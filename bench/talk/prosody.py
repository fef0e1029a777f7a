"""Prosody (Debian's package) as a system under measurement, set up by `prosody.cfg.lua` beside this file."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from bench.talk.line import Broken, Line, Loop, open_line
from bench.talk.machine import Programs, Unfit, listens
from bench.talk.talk import ARRIVED, DELIVERED, TEXT, Opening, Pair, Told
from core.testing.server import free_ports

_CONFIGURATION = Path(__file__).with_name("prosody.cfg.lua")
_OPEN = b'<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="localhost" version="1.0"/>'
_AUTH = b'<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="ANONYMOUS"/>'
_BIND = b'<iq xmlns="jabber:client" type="set" id="bind"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>'
_MESSAGE = '<message xmlns="jabber:client" to="{}" type="chat" id="m{}">{}<body>{}</body></message>'
_RECEIPT = '<message xmlns="jabber:client" to="{}" type="chat"><received xmlns="urn:xmpp:receipts" id="m{}"/></message>'
_ASKED = '<request xmlns="urn:xmpp:receipts"/>'
_JID = re.compile(rb"<jid>([^<]+)</jid>")
_NUMBER = re.compile(rb"""\bid=['"]m(\d+)['"]""")


class Prosody:
    """Prosody relaying in the clear; with `receipts` it also tells that a message arrived and archives on SQLite."""

    def __init__(self, folder: Path, *, receipts: bool = False) -> None:
        """Its files lie in `folder`. Raises Unfit where it is not installed."""
        if shutil.which("prosody") is None:
            raise Unfit("Prosody is not there to compare with: `apt-get install prosody lua-dbi-sqlite3`.")
        self.name = "Prosody, receipts and archive" if receipts else "Prosody"
        self.complete = DELIVERED | (ARRIVED if receipts else 0)
        self.programs = Programs(folder)
        self._folder, self._receipts, self._port = folder, receipts, free_ports(1)[0]
        self._sides: list[_Side] = []
        folder.mkdir()

    def start(self) -> None:
        """Starts it on this machine's loopback."""
        environment = {"FOLDER": str(self._folder), "PORT": str(self._port)}
        if self._receipts:
            environment["ARCHIVE"] = "1"
        command = ["prosody", "-F", "--config", str(_CONFIGURATION)]
        self.programs.start(command, environment)
        self.programs.wait_until(lambda: listens(self._port))

    def stop(self) -> None:
        """Ends it."""
        self.programs.stop()

    def open(self, loop: Loop, count: int) -> list[Pair]:
        """So many pairs of anonymous users who write to each other."""
        sides = [_Side(receipts=self._receipts) for _ in range(2 * count)]
        Opening(loop).all([self._opener(loop, side) for side in sides])
        self._sides += sides
        pairs = list(zip(sides[::2], sides[1::2], strict=True))
        for one, other in pairs:
            one.other, other.other = other.address, one.address
        return list(pairs)

    def close(self) -> None:
        """Closes all sockets."""
        while self._sides:
            self._sides.pop().close()

    def _opener(self, loop: Loop, side: "_Side") -> Callable[[Callable[[], None]], None]:
        headers = [("Host", "localhost"), ("Sec-WebSocket-Protocol", "xmpp")]

        def begin(ready: Callable[[], None]) -> None:
            open_line(loop, self._port, "/xmpp-websocket", headers, lambda line: side.sign_in(line, ready))

        return begin


class _Side:
    """An anonymous user."""

    def __init__(self, *, receipts: bool) -> None:
        self.told: Told = _nobody
        self.address, self.other = "", ""
        self._receipts = receipts
        self._text = TEXT.decode()
        self._line: Line | None = None
        self._ready: Callable[[], None] = _nothing

    def sign_in(self, line: Line, ready: Callable[[], None]) -> None:
        """Goes through the sign-in, then calls `ready`."""
        self._line, self._ready = line, ready
        line.hear = self._hear_sign_in
        line.say(_OPEN)

    def write(self, number: int) -> None:
        """Sends a message to the other side."""
        self._say(_MESSAGE.format(self.other, number, _ASKED if self._receipts else "", self._text))

    def close(self) -> None:
        """Closes the socket."""
        if self._line is not None:
            self._line.close()

    def _say(self, text: str) -> None:
        if self._line is None:
            raise Broken("not signed in")
        self._line.say(text.encode())

    def _hear_sign_in(self, text: bytes, _at: float) -> None:
        if self._line is None:
            return
        if b"ANONYMOUS" in text:
            self._line.say(_AUTH)
        elif text.startswith(b"<success"):
            self._line.say(_OPEN)
        elif b"xmpp-bind" in text and b"<jid>" not in text:
            self._line.say(_BIND)
        elif found := _JID.search(text):
            self.address = found.group(1).decode()
            self._line.hear = self._hear
            self._ready()
        elif b"failure" in text or b"error" in text:
            raise Broken(f"Prosody refused: {text[:300]!r}")

    def _hear(self, text: bytes, at: float) -> None:
        found = _NUMBER.search(text)
        if found is None or b'type="error"' in text or b"type='error'" in text:
            raise Broken(f"Prosody said: {text[:300]!r}")
        number = int(found.group(1))
        if b"<received" in text:
            self.told(ARRIVED, number, at)
            return
        self.told(DELIVERED, number, at)
        if self._receipts:
            self._say(_RECEIPT.format(self.other, number))


def _nobody(_what: int, _number: int, _at: float) -> None:
    """Is told nothing."""


def _nothing() -> None:
    """Does nothing."""
