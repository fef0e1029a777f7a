"""Browser sessions from the first page on: what a page asks before its socket opens."""

import base64
import http.client
import json
import re
import secrets
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import UUID, uuid4

from bench.talk.line import Broken, Exchange, Loop
from bench.talk.socket_io import Socket
from bench.talk.talk import TEXT

_NONCE_AND_TAG = secrets.token_bytes(12 + 16)

_TOKEN = re.compile(r'"csrf":\s*"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Site:
    """Where an organisation is: its address, and the ports behind it."""

    origin: str
    pages_port: int
    realtime_port: int


class Visitor:
    """A help seeker's browser: cookies, a page that is open, one socket."""

    def __init__(self, site: Site) -> None:
        """Has not been here before."""
        self._site = site
        self._host = site.origin.partition("://")[2]
        self._cookies: dict[str, str] = {}
        self._csrf = ""
        self.socket = Socket()
        self.conversation = self.place = ""
        self.places = 0
        """How often its place in the queue was told."""

    def open_page(self) -> None:
        """Opens the chat's page; its first token for a socket begins the browser session."""
        self._ask("GET", "/hier")
        self._ask("POST", "/verbinding")

    def ask_for_place(self, loop: Loop, ready: Callable[[], None]) -> None:
        """Asks for a place in the queue, which `chat.join` then takes."""

        def got(answer: Any) -> None:
            if "conversation" not in answer:
                raise Broken(f"no place in the queue: {answer}")
            self.place = answer["conversation"]
            ready()

        self._post(loop, "/hier/wachten", b"danger=no", got)

    def join(self, joined: Callable[[Any], None]) -> None:
        """Takes the place, with an intake."""

        def answered(answer: Any) -> None:
            self.conversation = answer["conversation"]
            joined(answer)

        self.socket.ask("chat.join", {"intake": entry(self.place)}, answered)

    def _ask(self, method: str, path: str) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self._site.pages_port, timeout=60)) as connection:
            connection.request(method, path, headers=self._headers())
            response = connection.getresponse()
            text = response.read().decode()
            if response.status != 200:
                raise Broken(f"{method} {path} answered {response.status}")
            for cookie in response.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.partition(";")[0].partition("=")
                self._cookies[name] = value
            found = _TOKEN.search(unescape(text))
            self._csrf = found.group(1) if found else self._csrf

    def come(self, loop: Loop, hello: Callable[[Any], None]) -> None:
        """As a page does each time that it has lost its line: a token from the pages, a socket, `chat.hello`."""
        socket = self.socket = Socket()
        socket.news = self._news

        def said_hello(answer: Any) -> None:
            self.conversation = answer.get("conversation", "")
            hello(answer)

        def got_token(answer: Any) -> None:
            socket.connect(loop, self._site.realtime_port, self._site.origin, answer["token"], connected)

        def connected() -> None:
            socket.ask("chat.hello", {}, said_hello)

        self._post(loop, "/verbinding", b"", got_token)

    def _post(self, loop: Loop, path: str, form: bytes, got: Callable[[Any], None]) -> None:
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in self._headers().items())]
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(form)}"]

        def heard(exchange: Exchange) -> None:
            head, end, body = bytes(exchange.inbox).partition(b"\r\n\r\n")
            if not (end and body.endswith(b"}")):
                if exchange.closed:
                    raise Broken(f"{path} answered {head[:200]!r}")
                return
            exchange.let_go().close()
            got(json.loads(body))

        request = "\r\n".join([*lines, "Connection: close", "", ""]).encode() + form
        Exchange(loop, self._site.pages_port, request, heard)

    def _headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return {"Host": self._host, "Origin": self._site.origin, "Cookie": cookies, "X-CSRF-Token": self._csrf}

    def _news(self, text: bytes, _at: float) -> None:
        self.places += text.startswith(b'42["chat.place"')


def entry(conversation: str) -> dict[str, object]:
    """A help seeker's entry as a page sends it."""
    return {"client_id": str(uuid4()), "version": 1, "body": base64url(sealed(conversation, sender=0))}


def sealed(conversation: str, sender: int) -> bytes:
    """A message as long as a sealed one: version, conversation, epoch, sender, number; nonce, padded text, tag."""
    head = b"\x01" + UUID(conversation).bytes + (1).to_bytes(4, "big") + bytes([sender])
    return head + bytes(4) + _NONCE_AND_TAG[:12] + TEXT + _NONCE_AND_TAG[12:]


def base64url(body: bytes) -> str:
    """As text, without padding."""
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()
