"""Seekers and helpers over real sockets."""

import asyncio
import base64
import json
import tomllib
from typing import Any, Self
from uuid import uuid4

from core.testing.live import LiveClient
from core.testing.server import RunningServer
from core.testing.work import solve

Json = dict[str, Any]


def pack(content: object) -> str:
    """A body of version 0."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def unpack(body: str) -> Any:
    """What a body of version 0 holds."""
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def sealed(content: object) -> Json:
    """An entry as a page sends it."""
    return {"client_id": str(uuid4()), "version": 0, "body": pack(content)}


def password_of(server: RunningServer, organisation: str, name: str) -> str:
    """The password of a demo account."""
    return str(tomllib.loads((server.home / "demo-sign-ins.toml").read_text())[organisation][name])


class Person(LiveClient):
    """Somebody in conversations."""

    conversation: str = ""

    async def say(self, text: str, conversation: str | None = None) -> Json:
        """Sends a message and gives the server's answer."""
        return dict(await self.ask("chat.send", self.message(text, conversation)))

    def message(self, text: str, conversation: str | None = None) -> Json:
        """A message as a page sends it."""
        return {"conversation": conversation or self.conversation, "entry": sealed({"text": text})}

    async def read(self, conversation: str | None = None) -> list[Json]:
        """All entries of a conversation, page by page."""
        entries: list[Json] = []
        while True:
            after = entries[-1]["seq"] if entries else 0
            page = await self.ask("chat.resume", {"conversation": conversation or self.conversation, "after": after})
            entries += page["entries"]
            if not page["more"]:
                return entries

    async def texts(self, conversation: str | None = None) -> list[str]:
        """The texts of all messages, in order."""
        return [unpack(entry["body"])["text"] for entry in await self.read(conversation) if entry["kind"] == "message"]


class Seeker(Person):
    """A help seeker."""

    @classmethod
    def at(cls, server: RunningServer, organisation: str = "luisterboom") -> Self:
        """On an organisation's site."""
        return cls(server, f"{organisation}.localhost")

    async def arrive(self) -> None:
        """Opens the page and its socket."""
        await self.get("/hier")
        await self.connect()

    async def wait(self, name: str = "Vlinder", danger: bool = False) -> Json:
        """Joins the queue."""
        await self.ask_for_place(danger)
        answer = await self.ask("chat.join", {"intake": sealed({"name": name, "danger": danger})})
        self.conversation = answer["conversation"]
        return dict(answer)

    async def ask_for_place(self, danger: bool = False) -> Json:
        """Asks to wait, as the page does before it joins over its socket; with a sum where many come at once."""
        place = await self._post_wish(danger)
        while "first" in place:
            work = await asyncio.to_thread(solve, place["first"]["work"])
            place = await self._post_wish(danger, work=work)
        return place

    async def _post_wish(self, danger: bool, **brought: str) -> Json:
        status, text = await self.post("/hier/wachten", {"danger": "yes" if danger else "no", **brought})
        assert status == 200, text
        return dict(json.loads(text))


class Helper(Person):
    """A helper at the workbench."""

    @classmethod
    def at(cls, server: RunningServer, organisation: str = "luisterboom") -> Self:
        """At an organisation's workplace."""
        return cls(server, f"{organisation}-werk.localhost")

    async def arrive(self, name: str, password: str) -> None:
        """Signs in, opens the workbench and its socket."""
        await self.sign_in(name, password)
        await self.get("/chat")
        await self.connect()

    async def arrive_with(self, cookie: str) -> None:
        """Opens the workbench in a session that was begun before."""
        self.give_cookie("staff", cookie)
        await self.get("/chat")
        await self.connect()

    async def watch(self) -> Json:
        """Sees who waits."""
        return dict(await self.ask("chat.watch", {}))

    async def take(self, conversation: str) -> Json:
        """Takes a conversation."""
        answer = dict(await self.ask("chat.take", {"conversation": conversation}))
        if "error" not in answer:
            self.conversation = conversation
        return answer
