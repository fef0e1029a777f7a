"""Seekers and helpers over real sockets, who talk as their pages do: sealed."""

import asyncio
import json
import re
import tomllib
from typing import Any, Self
from uuid import UUID, uuid4

from core.testing.keys import Shift, open_shift
from core.testing.live import LiveClient
from core.testing.sealed_talk import HelperTalk, Message, SeekerTalk, Talk, checked
from core.testing.server import RunningServer
from core.testing.work import solve

Json = dict[str, Any]
NOBODYS = UUID(int=0)
_TENANT = re.compile(r'"tenant":\s*"([0-9a-f-]{36})"')


def some_entry(conversation: str | UUID = NOBODYS, side: str = "seeker") -> Json:
    """An entry in the shape of a sealed one, that nobody can open: for what is refused before anybody reads it."""
    talk = SeekerTalk(uuid4(), conversation) if side == "seeker" else None
    if talk is not None:
        return talk.intake({})
    body = Talk(uuid4(), conversation, "helper")
    body._make_epoch()
    return body.entry({})


def password_of(server: RunningServer, organisation: str, name: str) -> str:
    """The password of a demo account."""
    return str(tomllib.loads((server.home / "demo-sign-ins.toml").read_text())[organisation][name])


class Person(LiveClient):
    """Somebody in conversations."""

    conversation: str = ""

    def __init__(self, server: RunningServer, host: str) -> None:
        """`host` without port."""
        super().__init__(server, host)
        self.server = server
        self.tenant: UUID | None = None
        self.talks: dict[str, Any] = {}
        self._read: dict[str, int] = {}
        self._said: dict[str, dict[str, str]] = {}
        self._opened: dict[str, dict[str, Message]] = {}

    async def get(self, path: str) -> tuple[int, str]:
        """Asks for a page; remembers which organisation it says it is of."""
        status, text = await super().get(path)
        found = _TENANT.search(text.replace("&#34;", '"'))
        self.tenant = UUID(found[1]) if found else self.tenant
        return status, text

    def talk(self, conversation: str | None = None) -> Any:
        """My side of a conversation."""
        return self.talks[conversation or self.conversation]

    async def say(self, text: str, conversation: str | None = None) -> Json:
        """Sends a message and gives the server's answer."""
        await self.be_able_to_speak(conversation or self.conversation)
        return dict(await self.ask("chat.send", self.message(text, conversation)))

    async def be_able_to_speak(self, conversation: str) -> None:
        """Nothing is missing."""

    def message(self, text: str, conversation: str | None = None) -> Json:
        """A message as a page sends it."""
        where = conversation or self.conversation
        entry = self.talk(where).entry({"text": text})
        self._said.setdefault(where, {})[entry["client_id"]] = text
        return {"conversation": where, "entry": entry}

    async def read(self, conversation: str | None = None) -> list[Json]:
        """All entries of a conversation as the server gives them, page by page."""
        entries: list[Json] = []
        while True:
            after = entries[-1]["seq"] if entries else 0
            page = await self.ask("chat.resume", {"conversation": conversation or self.conversation, "after": after})
            entries += page["entries"]
            if not page["more"]:
                return entries

    async def opened(self, conversation: str | None = None) -> list[Json]:
        """What all messages and the intake say, in order: mine as I said them, the other's opened."""
        where = conversation or self.conversation
        entries = await self.read(where)
        known, mine = self._opened.setdefault(where, {}), self._said.get(where, {})
        for entry in entries:
            if entry["seq"] > self._read.get(where, 0):
                self._read[where] = entry["seq"]
                known.update({str(it.client_id): it for it in self.talk(where).take(entry)})
        ids = [entry["client_id"] for entry in entries if entry["kind"] != "grant"]
        return [
            {"text": mine[one]} if one in mine else known[one].content for one in ids if one in mine or one in known
        ]

    async def texts(self, conversation: str | None = None) -> list[str]:
        """The texts of all messages, in order."""
        return [content["text"] for content in await self.opened(conversation) if "text" in content]

    async def hears(self, text: str, conversation: str | None = None) -> Json:
        """Waits until the server tells of a message that says this; gives its entry as it came."""
        where = conversation or self.conversation

        def is_it(entry: Json) -> bool:
            known = self._opened.get(where, {}).get(entry["client_id"])
            return known is not None and known.content.get("text") == text

        async with asyncio.timeout(20):
            while text not in await self.texts(where):
                self._news.clear()
                await asyncio.wait_for(self._news.wait(), 20)
        return dict(await self.hear("chat.entry", is_it))


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

    async def connect(self, token: str | None = None) -> None:
        """Opens the socket, and from then on gives the key to whoever the server says is the helper."""
        await super().connect(token)
        assert self.socket is not None
        self.socket.on("chat.state", self._on_state)

    async def _on_state(self, news: Json) -> None:
        if news.get("shift") and news["conversation"] in self.talks:
            await self.grant_to(news["shift"], news["conversation"])
        await self._hear("chat.state", news)

    async def grant_to(self, certificate: Json, conversation: str) -> Json:
        """Gives my key to a shift. The chain is taken for granted here: browsers check it."""
        entry = self.talk(conversation).grant(checked(certificate))
        return dict(await self.ask("chat.grant", {"conversation": conversation, "entry": entry}))

    async def wait(self, name: str = "Vlinder", danger: bool = False) -> Json:
        """Joins the queue."""
        place = await self.ask_for_place(danger)
        return await self.take_place(place["conversation"], {"name": name, "danger": danger})

    async def take_place(self, conversation: str, answers: Json) -> Json:
        """Takes the place that was given, with a sealed intake."""
        answer = await self.ask("chat.join", {"intake": self.intake(conversation, answers)})
        self.conversation = answer["conversation"]
        return dict(answer)

    def intake(self, conversation: str, answers: Json) -> Json:
        """The sealed intake; the same page seals it once for a conversation."""
        assert self.tenant is not None
        if conversation not in self.talks:
            self.talks[conversation] = SeekerTalk(self.tenant, conversation)
        return dict(self.talks[conversation].intake(answers))

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

    shift: Shift | None = None

    @classmethod
    def at(cls, server: RunningServer, organisation: str = "luisterboom") -> Self:
        """At an organisation's workplace."""
        return cls(server, f"{organisation}-werk.localhost")

    @property
    def organisation(self) -> str:
        """The short name of the organisation."""
        return self.host.removesuffix("-werk.localhost")

    async def arrive(self, name: str, password: str) -> None:
        """Signs in, begins a shift, opens the workbench and its socket."""
        await self.sign_in(name, password)
        await self._begin()

    async def arrive_with(self, cookie: str, shift: Shift | None = None) -> None:
        """Opens the workbench in a session that was begun before, and perhaps a shift with it."""
        self.give_cookie("staff", cookie)
        self.shift = shift
        await self._begin()

    async def _begin(self) -> None:
        if self.shift is None:
            self.shift = await asyncio.to_thread(open_shift, self.server, self.organisation, self.cookie("staff"))
        await self.get("/chat")
        await self.connect()

    async def watch(self) -> Json:
        """Sees who waits."""
        return dict(await self.ask("chat.watch", {}))

    async def take(self, conversation: str) -> Json:
        """Takes a conversation."""
        answer = dict(await self.ask("chat.take", {"conversation": conversation}))
        if "error" not in answer:
            self.join_in(conversation)
        return answer

    def join_in(self, conversation: str) -> None:
        """From now on I read and write in it."""
        assert self.tenant is not None
        assert self.shift is not None
        self.conversation = conversation
        if conversation not in self.talks:
            self.talks[conversation] = HelperTalk(self.tenant, conversation, self.shift)

    async def be_able_to_speak(self, conversation: str) -> None:
        """The help seeker's key must be here, and one of mine must be given to them."""
        talk: HelperTalk = self.talk(conversation)
        async with asyncio.timeout(20):
            while not talk.seeker_key:
                await self.opened(conversation)
                if not talk.seeker_key:
                    await asyncio.sleep(0.05)
        if not talk.may_speak:
            answer = await self.ask("chat.grant", {"conversation": conversation, "entry": talk.grant()})
            assert "error" not in answer, answer
