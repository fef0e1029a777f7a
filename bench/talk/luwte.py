"""Luwte as a system under measurement: embedded on SQLite, or in its processes on PostgreSQL with Redis."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.talk.line import Broken, Loop
from bench.talk.machine import Programs, listens
from bench.talk.people import ORGANISATION, Helper, People
from bench.talk.socket_io import Socket
from bench.talk.talk import ACKED, DELIVERED, Opening, Pair, Told
from bench.talk.visitors import Site, Visitor, base64url, sealed
from core.testing.server import ROOT, free_ports

_INI = """[app:main]
use = egg:luwte
luwte.home = {home}
luwte.database = {database}
{more}
luwte.tenants_folder = {root}/tenants
luwte.pages_port = {pages}
luwte.realtime_port = {realtime}
[server:main]
use = egg:luwte#embedded
host = 127.0.0.1
port = {pages}
realtime_port = {realtime}
"""
_LUWTE = (sys.executable, "-c", "from core.cli.main import main; main()", "--config")
_ID = b'"client_id":"'


class Luwte:
    """One process on SQLite, storing every message before it says so."""

    name = "Luwte, embedded on SQLite"
    complete = DELIVERED | ACKED

    def __init__(self, folder: Path) -> None:
        """All that it writes lies in `folder`."""
        folder.mkdir()
        self.folder, self.home = folder, folder / "var"
        self.programs = Programs(folder)
        self.pages_port, self.realtime_port = free_ports(2)
        self.database = f"sqlite:///{self.home / 'luwte.db'}"
        self.more = ""
        self._people: People | None = None
        self._everybody: list[tuple[Visitor, Helper]] = []
        self._sides: list[_Side] = []

    @property
    def ini(self) -> Path:
        """The settings file."""
        return self.folder / "luwte.ini"

    @property
    def people(self) -> People:
        """Who is there; known once it has started for the first time."""
        if self._people is None:
            self._people = People(self.database, self.home)
        return self._people

    def start(self) -> None:
        """Starts it; the first time that makes the database and the organisations."""
        self.write_ini()
        self.run("run")
        self.programs.wait_until(self.answers)

    def stop(self) -> None:
        """Ends it; what it stored stays for the next start."""
        self.programs.stop()

    def open(self, loop: Loop, count: int) -> list[Pair]:
        """So many conversations: begun in the queue the first time, come back to later."""
        first = len(self._sides) // 2
        missing = first + count - len(self._everybody)
        for helper in self.people.add_helpers(max(missing, 0)):
            self._everybody.append((self.visitor(), helper))
            loop.run_for(0.001)  # sockets that are open already must go on saying that they are there
        pairs = [(_Side(), _Side()) for _ in range(count)]
        begins = [self._opener(loop, *pair, *who) for pair, who in zip(pairs, self._everybody[first:], strict=False)]
        Opening(loop).all(begins)
        self._sides += [side for pair in pairs for side in pair]
        return list(pairs)

    def visitor(self) -> Visitor:
        """Somebody new at the organisation's site, with the chat's page open."""
        visitor = Visitor(Site(self.origin(), self.pages_port, self.realtime_port))
        visitor.open_page()
        return visitor

    def close(self) -> None:
        """Closes all sockets."""
        while self._sides:
            self._sides.pop().socket.close()

    def origin(self, suffix: str = "") -> str:
        """The address of the organisation's site, or of its workplace with the suffix `-werk`."""
        return f"http://{ORGANISATION}{suffix}.localhost:{self.pages_port}"

    def write_ini(self) -> None:
        """Writes the settings file."""
        ports = {"pages": self.pages_port, "realtime": self.realtime_port}
        self.ini.write_text(
            _INI.format(home=self.home, database=self.database, more=self.more, root=ROOT, **ports), "utf-8"
        )

    def run(self, *command: str) -> None:
        """Starts `luwte …`."""
        self.programs.start([*_LUWTE, str(self.ini), *command], {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"})

    def answers(self) -> bool:
        """Whether both ports are open."""
        return all(listens(port) for port in (self.pages_port, self.realtime_port))

    def _opener(
        self, loop: Loop, seeker: "_Side", helper: "_Side", visitor: Visitor, account: Helper
    ) -> Callable[[Callable[[], None]], None]:
        """Both sides of one conversation: the seeker comes (back), then the helper takes it, or has it still."""

        def begin(ready: Callable[[], None]) -> None:
            def seeker_said_hello(answer: Any) -> None:
                if answer["state"] == "none":
                    visitor.ask_for_place(loop, lambda: visitor.join(seeker_is_in))
                else:
                    seeker_is_in(answer)

            def seeker_is_in(answer: Any) -> None:
                seeker.sits_at(visitor.socket, answer["conversation"], 0)
                helper.sits_at(Socket(), answer["conversation"], 1)
                token = self.people.helper_token(account)
                helper.socket.connect(loop, self.realtime_port, self.origin("-werk"), token, helper_is_there)

            def helper_is_there() -> None:
                helper.socket.ask("chat.watch", {}, helper_watches)

            def helper_watches(answer: Any) -> None:
                if any(mine["conversation"] == helper.conversation for mine in answer["mine"]):
                    ready()
                else:
                    helper.socket.ask("chat.take", {"conversation": helper.conversation}, lambda _: ready())

            visitor.come(loop, seeker_said_hello)

        return begin


class _Side:
    """A page with a conversation open."""

    def __init__(self) -> None:
        self.told: Told = _nobody
        self.socket, self.conversation = Socket(), ""
        self._body = ""

    def sits_at(self, socket: Socket, conversation: str, sender: int) -> None:
        """From now on the page has this socket, and this conversation open; `sender` 0 is the seeker, 1 the helper."""
        self.socket, self.conversation = socket, conversation
        self._body = base64url(sealed(conversation, sender))
        socket.news = self._news

    def write(self, number: int) -> None:
        """Sends a message, with its number in the id."""

        def acked(answer: bytes, at: float) -> None:
            if b'"seq"' not in answer:
                raise Broken(f"Luwte answered a message with {answer[:200]!r}")
            self.told(ACKED, number, at)

        self.socket.ask_bytes(
            f'["chat.send",{{"conversation":"{self.conversation}","entry":'
            f'{{"client_id":"00000000-0000-4000-8000-{number:012x}","version":1,"body":"{self._body}"}}}}]'.encode(),
            acked,
        )

    def _news(self, text: bytes, at: float) -> None:
        if text.startswith(b'42["chat.entry"'):
            start = text.index(_ID) + len(_ID)
            self.told(DELIVERED, int(text[start + 24 : start + 36], 16), at)


def _nobody(_what: int, _number: int, _at: float) -> None:
    """Is told nothing."""
