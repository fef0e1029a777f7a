"""As much of Socket.IO as a page of Luwte speaks: a token first, questions with answers, news."""

import json
from collections.abc import Callable
from typing import Any

from bench.talk.line import Broken, Line, Loop, open_line

Answered = Callable[[Any], None]
_PATH = "/socket.io/?EIO=4&transport=websocket"


class Socket:
    """One socket of a page. `news` is called with each event's bytes, from its name on, and when it was read."""

    def __init__(self) -> None:
        """Not connected yet."""
        self.news: Callable[[bytes, float], None] = _no_news
        self.line: Line | None = None
        self._answers: dict[int, Callable[[bytes, float], None]] = {}
        self._asked = 0

    def connect(self, loop: Loop, port: int, origin: str, token: str, ready: Callable[[], None]) -> None:
        """Opens the line, shows the token, and calls `ready`. A refusal raises Broken in the loop."""
        host = origin.partition("://")[2].rpartition(":")[0]

        def opened(line: Line) -> None:
            self.line = line
            line.hear = hear

        def hear(text: bytes, _at: float) -> None:
            if text.startswith(b"0"):
                self._say(b'40{"token":"%s"}' % token.encode())
            elif text.startswith(b"40"):
                if self.line is not None:
                    self.line.hear = self._hear
                ready()
            elif text == b"2":
                self._say(b"3")
            else:
                raise Broken(f"Luwte let a socket not in: {text[:200]!r}")

        open_line(loop, port, _PATH, [("Host", f"{host}:{port}"), ("Origin", origin)], opened)

    def ask(self, event: str, payload: object, answered: Answered) -> None:
        """Asks something; an answer that is a refusal raises Broken in the loop."""

        def heard(text: bytes, _at: float) -> None:
            answer = json.loads(text)[0]
            if "error" in answer:
                raise Broken(f"Luwte answered {event} with {answer['error']}")
            answered(answer)

        self.ask_bytes(json.dumps([event, payload], separators=(",", ":")).encode(), heard)

    def ask_bytes(self, question: bytes, heard: Callable[[bytes, float], None]) -> None:
        """Asks what is written out already; `heard` gets the answer's bytes, and when they were read."""
        self._asked += 1
        self._answers[self._asked] = heard
        self._say(b"42%d%s" % (self._asked, question))

    def close(self) -> None:
        """Closes the socket as a lost network does."""
        if self.line is not None:
            self.line.close()
            self.line.hear = _no_news  # no circle is left behind
            self.line = None

    def _say(self, text: bytes) -> None:
        if self.line is None or not self.line.open:
            raise Broken("the server closed a socket")
        self.line.say(text)

    def _hear(self, text: bytes, at: float) -> None:
        if text.startswith(b"43"):
            number, _, _ = text[2:].partition(b"[")
            self._answers.pop(int(number))(text[2 + len(number) :], at)
        elif text.startswith(b"42"):
            self.news(text, at)
        elif text == b"2":
            self._say(b"3")


def _no_news(_text: bytes, _at: float) -> None:
    """Nobody listens."""
