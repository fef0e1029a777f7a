"""Whether chat goes on beside a careless plugin: `make bench-careless`.

Two real embedded servers. A has the chat alone; B has a plugin beside it that raises, sleeps for thirty seconds,
answers nonsense and floods, in its hooks, handlers, jobs and over sockets (`bench/careless_plugin/`). Both get the same
load: conversations over sockets, pages, people who leave, events for the careless plugin. First B's first seconds are
measured, until the plugin is left alone; then both servers in turn, A-B-B-A, several rounds, and each round's p95 is
compared. Written to build/bench/careless.json, with the machine's load at that moment.
"""

import asyncio
import json
import os
import re
import shutil
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen

from core.testing.keys import write_shifts
from core.testing.server import ROOT, RunningServer, free_ports, make_server
from core.testing.staff import signed_in_staff
from plugins.chat.tests.live.people import Helper, Person, Seeker

WITHIN = 1.10
"""What B's p95 may be of A's."""
TALKS, HELPERS = 20, 5
SAYS_PER_SECOND, PAGES_PER_SECOND, LEAVES_EVERY, BOTHERS_EVERY = 40, 10, 5.0, 1.0
ROUNDS, WINDOW = 20, 3.0
"""Many short windows: what else the machine does comes and goes, and should meet both servers."""
FIRST, QUIET = 240.0, 35.0
"""Seconds of B's beginning at most; it is over when nothing new was paused for so long."""
PLUGIN = Path(__file__).parent / "careless_plugin" / "careless"
CARELESS_EVENTS = ("careless.sleeps", "careless.floods", "careless.raises", "careless.waits")
"""The worst comes first: what follows finds the plugin resting."""


@dataclass
class Seen:
    """What was measured, each with the moment at which it was asked for; seconds."""

    messages: list[tuple[float, float]] = field(default_factory=list)
    pages: list[tuple[float, float]] = field(default_factory=list)
    unread: int = 0
    failed: int = 0


class Ear:
    """Remembers when each message was sent, and notes how long it took to be read by the other side."""

    def __init__(self) -> None:
        """Nothing is under way."""
        self.sent: dict[str, float] = {}
        self.seen = Seen()

    def hear(self, event: str, payload: Any) -> None:
        """Something was told; only messages count."""
        if event != "chat.entry":
            return
        began = self.sent.pop(payload["client_id"], None)
        if began is not None:
            self.seen.messages.append((began, time.perf_counter() - began))


class Listening(Person, ABC):
    """Somebody whose page notes when it reads, and comes back by itself when the line broke, as a browser's does."""

    ear: Ear

    async def _hear(self, event: str, payload: Any = None) -> None:
        self.ear.hear(event, payload)

    async def stay(self) -> None:
        """Comes back as often as needed, and reads what was missed."""
        while True:
            await asyncio.sleep(0.5)
            if self.socket is None or not self.socket.connected:
                with suppress(Exception):
                    await self.disconnect()
                    await self.connect()
                    for conversation in await self.take_up():
                        for entry in await self.read(conversation):
                            self.ear.hear("chat.entry", entry)

    @abstractmethod
    async def take_up(self) -> list[str]:
        """Asks where things stand, as a page does after each connect; gives the conversations."""

    async def say_until_taken(self, message: dict[str, Any]) -> None:
        """Sends a message, again when it was not acked, as a page does; the server knows it by its id."""
        until = time.perf_counter() + 90
        while time.perf_counter() < until:
            with suppress(Exception):
                if "seq" in await self.ask("chat.send", message, patience=25):
                    return
            await asyncio.sleep(0.2)
        raise TimeoutError


class ListeningSeeker(Listening, Seeker):
    """A help seeker."""

    async def take_up(self) -> list[str]:
        """The one conversation."""
        return [str((await self.ask("chat.hello", {}))["conversation"])]


class ListeningHelper(Listening, Helper):
    """A helper, with several conversations."""

    async def take_up(self) -> list[str]:
        """All that are going on."""
        return [one["conversation"] for one in (await self.watch())["mine"]]


class House:
    """One server with people in conversations, under a load that can be switched on for a while."""

    def __init__(self, server: RunningServer, stack: AsyncExitStack) -> None:
        """Nobody is there yet."""
        self._server, self._stack, self.ear = server, stack, Ear()
        self.seekers: list[ListeningSeeker] = []
        self.helpers: list[ListeningHelper] = []
        self._asked: set[asyncio.Task[None]] = set()
        self._turn, self._bothers = count(), count()

    async def fill(self) -> None:
        """Opens the conversations."""
        names = [f"h{n}" for n in range(HELPERS)]
        cookies = signed_in_staff(self._server, "luisterboom", names, frozenset({"helper"}))
        for cookie, shift in zip(cookies, write_shifts(self._server, "luisterboom", names), strict=True):
            helper = await self._come(ListeningHelper.at(self._server))
            await helper.arrive_with(cookie, shift)
            await helper.watch()
            self.helpers.append(helper)
        for number in range(TALKS):
            seeker = await self._come(ListeningSeeker.at(self._server))
            await seeker.arrive()
            await self._let_in(seeker)
            helper = self.helpers[number % HELPERS]
            await helper.take(seeker.conversation)
            await helper.be_able_to_speak(seeker.conversation)
            self.seekers.append(seeker)
        self._staying = [asyncio.create_task(person.stay()) for person in (*self.helpers, *self.seekers)]
        self._stack.callback(lambda: [task.cancel() for task in self._staying])

    async def _let_in(self, seeker: Seeker) -> None:
        """A careless plugin at the door refuses calmly, until it is asked no more: people come back."""
        for _ in range(60):
            with suppress(KeyError):
                await seeker.wait()
                return
            await asyncio.sleep(0.5)
        raise TimeoutError

    async def _come(self, person: Any) -> Any:
        person.ear = self.ear
        return await self._stack.enter_async_context(person)

    async def measure(self, seconds: float, patience: float = 5.0, enough: asyncio.Event | None = None) -> Seen:
        """Everybody is at work for a while, or until it is enough; gives what was read and answered meanwhile."""
        self.ear.seen, enough = Seen(), enough or asyncio.Event()
        beats = ((1 / SAYS_PER_SECOND, self._say), (1 / PAGES_PER_SECOND, self._look))
        now_and_then = ((LEAVES_EVERY, self._leave), (BOTHERS_EVERY, self._bother))
        await asyncio.gather(*(self._steadily(*one, seconds, enough) for one in (*beats, *now_and_then)))
        await self._settle(patience)
        return self.ear.seen

    async def _settle(self, patience: float) -> None:
        """What was asked within the time may be answered after it."""
        if self._asked:
            await asyncio.wait(self._asked, timeout=patience)
        await asyncio.sleep(0.5)
        self.ear.seen.unread += len(self.ear.sent)
        self.ear.sent.clear()

    async def _steadily(self, every: float, work: Any, seconds: float, enough: asyncio.Event) -> None:
        """Begins a piece of work at each beat, whether the one before is done or not: a slow server gets no rest."""
        began, beats = time.perf_counter(), count()
        while (at := next(beats) * every) < seconds and not enough.is_set():
            await asyncio.sleep(max(0.0, began + at - time.perf_counter()))
            task = asyncio.create_task(self._tried(work, self.ear.seen))
            self._asked.add(task)
            task.add_done_callback(self._asked.discard)

    async def _tried(self, work: Any, seen: Seen) -> None:
        try:
            await work(seen)
        except Exception:  # noqa: BLE001 - whatever it is, it counts
            seen.failed += 1

    async def _say(self, seen: Seen) -> None:
        turn = next(self._turn)
        seeker = self.seekers[turn % TALKS]
        speaker: Listening = seeker if turn // TALKS % 2 else self.helpers[turn % TALKS % HELPERS]
        message = speaker.message("Hoe was het vandaag op school?", seeker.conversation)
        self.ear.sent[message["entry"]["client_id"]] = time.perf_counter()
        await speaker.say_until_taken(message)

    async def _look(self, seen: Seen) -> None:
        turn = next(self._turn)
        person: Any = (self.seekers if turn % 2 else self.helpers)[turn // 4 % HELPERS]
        paths = ("/", "/hier") if turn % 2 else ("/", "/chat")
        began = time.perf_counter()
        status, _ = await person.get(paths[turn // 2 % 2])
        seen.pages.append((began, time.perf_counter() - began))
        seen.failed += status != 200

    async def _leave(self, seen: Seen) -> None:
        async with Seeker.at(self._server) as visitor:
            await visitor.arrive()
            await self._let_in(visitor)
            await visitor.get("/weg")

    async def _bother(self, seen: Seen) -> None:
        turn = next(self._bothers)
        await self.seekers[turn % TALKS].ask(CARELESS_EVENTS[turn % len(CARELESS_EVENTS)], {}, patience=60)


def main() -> None:
    """Measures, prints and writes the figures; ends with 1 when chat feels the careless plugin."""
    with TemporaryDirectory() as folder, two_servers(Path(folder)) as (alone, beside, metrics):
        figures = asyncio.run(measured(alone, beside, metrics))
    for name, value in figures.items():
        print(f"{name:34} {value}")
    path = Path("build/bench/careless.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    lost = figures["unread_beside"] + figures["failed_beside"]  # what never came has no time that could count
    sys.exit(0 if not lost and max(figures["messages_p95_ratio"], figures["pages_p95_ratio"]) <= WITHIN else 1)


@contextmanager
def two_servers(folder: Path) -> Iterator[tuple[RunningServer, RunningServer, int]]:
    """A and B, running, and the port of B's metrics."""
    (metrics,) = free_ports(1)
    tenants = folder / "tenants"
    shutil.copytree(ROOT / "tenants", tenants)
    card = tenants / "luisterboom" / "tenant.toml"
    card.write_text(card.read_text().replace('plugins = ["chat"]', 'plugins = ["chat", "careless"]'))
    for name in ("a", "b", "installed"):
        (folder / name).mkdir()
    alone = make_server(folder / "a")
    beside = make_server(folder / "b", {"luwte.tenants_folder": str(tenants), "luwte.metrics_port": str(metrics)})
    beside.environment = {"PYTHONPATH": str(installed(folder / "installed"))}
    try:
        alone.start()
        beside.start()
        yield alone, beside, metrics
    finally:
        for server in (alone, beside):
            with suppress(RuntimeError):  # one that sleeps carelessly does not stop in time, and is killed
                server.stop()


def installed(folder: Path) -> Path:
    """The careless plugin as pip would have put it into that folder."""
    shutil.copytree(PLUGIN, folder / "careless")
    metadata = folder / "careless-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: careless\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[luwte.plugins]\ncareless = careless\n")
    return folder


async def measured(alone: RunningServer, beside: RunningServer, metrics: int) -> dict[str, Any]:
    """All figures."""
    async with AsyncExitStack() as stack:
        a, b = House(alone, stack), House(beside, stack)
        await a.fill()
        await b.fill()
        await a.measure(10.0)
        figures: dict[str, Any] = {"load_before": os.getloadavg()[0]}
        figures |= await first_seconds(b, metrics)
        rounds = [[await house.measure(WINDOW) for house in (a, b, b, a)] for _ in range(ROUNDS)]
        figures["load_after"] = os.getloadavg()[0]
        figures["rounds"] = ROUNDS
        figures["paused_in_the_end"] = sorted(paused(metrics))
    return figures | compared(rounds, "messages") | compared(rounds, "pages") | lost(rounds)


async def first_seconds(house: House, metrics: int) -> dict[str, Any]:
    """What chat feels from the careless plugin's first call on, until nothing new is paused any more."""
    began, enough, pauses = time.perf_counter(), asyncio.Event(), dict[str, float]()
    measuring = asyncio.create_task(house.measure(FIRST, 100.0, enough))
    while not measuring.done() and time.perf_counter() - began < max([*pauses.values(), QUIET]) + QUIET:
        await asyncio.sleep(1)
        for occasion in await asyncio.to_thread(paused, metrics):
            pauses.setdefault(occasion, round(time.perf_counter() - began, 1))
    enough.set()
    seen = await measuring
    return {
        "first_paused_after_seconds": pauses,
        "first_unread": seen.unread,
        "first_failed": seen.failed,
        **in_tens(seen.messages, began, "messages"),
        **in_tens(seen.pages, began, "pages"),
    }


def in_tens(took: list[tuple[float, float]], began: float, what: str) -> dict[str, Any]:
    """How the first seconds went, ten by ten, by the moment of asking."""
    tens: dict[int, list[tuple[float, float]]] = {}
    for at, seconds in took:
        tens.setdefault(int((at - began) / 10), []).append((at, seconds))
    return {
        f"first_{what}_p95_ms": p95(took),
        f"first_{what}_slowest_ms": round(1000 * max(seconds for _, seconds in took), 1),
        f"first_{what}_p95_ms_by_ten_seconds": [p95(tens[ten]) for ten in sorted(tens)],
    }


def paused(metrics: int) -> set[str]:
    """What of the careless plugin is paused now, as the server's own figures say."""
    with urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    return set(re.findall(r'luwte_hook_paused\{occasion="([a-z_]+)",plugin="careless"\} 1', text))


def p95(took: list[tuple[float, float]]) -> float | None:
    """The p95, in milliseconds; None where nothing was measured."""
    return round(1000 * quantiles([seconds for _, seconds in took], n=20)[-1], 2) if len(took) > 1 else None


def compared(rounds: list[list[Seen]], what: str) -> dict[str, Any]:
    """Both servers' p95 of each round, and how B's is of A's."""
    pairs = [(together(one[0], one[3], what), together(one[1], one[2], what)) for one in rounds]
    ratios = sorted(b / a for a, b in pairs)
    whole = [[one for seen in side for one in getattr(seen, what)] for side in sides(rounds)]
    return {
        f"{what}_p95_ms_alone": median(a for a, _ in pairs),
        f"{what}_p95_ms_beside": median(b for _, b in pairs),
        f"{what}_p95_ratio": round(median(ratios), 3),
        f"{what}_p95_ratio_quartiles": [round(ratio, 3) for ratio in quantiles(ratios, n=4)],
        f"{what}_p95_ratio_of_all": round((p95(whole[1]) or 0.0) / (p95(whole[0]) or 1.0), 3),
        f"{what}_measured": sum(len(getattr(seen, what)) for one in rounds for seen in one),
    }


def together(one: Seen, other: Seen, what: str) -> float:
    """The p95 of two windows of one server."""
    return p95(getattr(one, what) + getattr(other, what)) or 0.0


def sides(rounds: list[list[Seen]]) -> tuple[list[Seen], list[Seen]]:
    """All windows of A, and all of B."""
    return [one[n] for one in rounds for n in (0, 3)], [one[n] for one in rounds for n in (1, 2)]


def lost(rounds: list[list[Seen]]) -> dict[str, int]:
    """What went wrong in the rounds, on either server."""
    return {
        f"{what}_{name}": sum(getattr(seen, what) for seen in side)
        for name, side in zip(("alone", "beside"), sides(rounds), strict=True)
        for what in ("failed", "unread")
    }


if __name__ == "__main__":
    main()
