"""P6 over real sockets: no event reaches, shows or disturbs anything of another organisation."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from core.cli.embedded import make_realtime
from core.hookspecs.values import RealtimeEvent
from core.identity.roles import HELPER
from core.realtime.gate import RealtimeGate
from core.realtime.runner import RealtimeThread
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.keys import give_shift
from core.testing.live import LiveClient
from core.testing.schemas import payload
from core.testing.server import RunningServer, free_ports
from tests.promises.isolation import REGION, ROLES, WITHOUT, A, B, Network, make_examples, never_was, open_network

pytestmark = pytest.mark.promise_p6

Json = dict[str, Any]

STRANGERS = (B, REGION)
SEEKER = "seeker"
SETTLED = 1.3
"""Seconds after which everything is told that is told at most once a second."""


@dataclass(frozen=True, kw_only=True)
class Live(Network):
    """The network with its realtime side listening."""

    server: RunningServer

    def host(self, slug: str, who: str) -> str:
        """Where a seeker, or staff, of an organisation open their socket."""
        return f"{slug}.localhost" if who == SEEKER else f"{slug}-werk.localhost"

    def token(self, slug: str, who: str) -> str:
        """A realtime token, as the page of a seeker (a new browser) or of staff with a role gets it."""
        host = self.host(slug, who)
        kind, value = ("seeker", uuid4().hex + "x" * 11) if who == SEEKER else ("staff", self.cookie(slug, who))
        answer = self.fetch(host, "POST", "/verbinding", f"{kind}={value}", self.form_token(host, value))
        assert answer.status_int == 200, answer.status
        return str(json.loads(answer.body)["token"])


@pytest.fixture
def live(database: Database, tmp_path: Path, clock: FixedClock) -> Iterator[Live]:
    pages, sockets = free_ports(2)
    with open_network(database, tmp_path, clock, pages, sockets) as network:
        for slug, staff in network.staff.items():
            if HELPER in staff:  # nobody is taken without
                give_shift(network.installation, network.tenant(slug).id, staff[HELPER])
        opened = Live(**network.__dict__, server=RunningServer(tmp_path, pages, sockets))
        thread = RealtimeThread(make_realtime(network.installation), "127.0.0.1", sockets)
        thread.start()
        yield opened
        thread.stop()


@asynccontextmanager
async def sockets(live: Live, *who: tuple[str, str]) -> AsyncIterator[dict[tuple[str, str], LiveClient]]:
    """Open sockets of seekers and staff: organisation and role of each."""
    async with AsyncExitStack() as stack:
        opened = {}
        for slug, role in who:
            client = await stack.enter_async_context(LiveClient(live.server, live.host(slug, role)))
            await client.connect(live.token(slug, role))
            opened[slug, role] = client
        yield opened


def events_of(live: Live) -> list[RealtimeEvent]:
    """Every event of every plugin, in the order declared."""
    return [event for _, event in live.installation.plugins.events.values()]


def with_ids(event: RealtimeEvent, ids: dict[str, str]) -> Json:
    """A payload with an example's id in each field that is one."""
    return payload(event.schema, {field: ids[name] for field, name in event.ids.items()})


def with_each(event: RealtimeEvent, ids: dict[str, str]) -> list[Json]:
    """The payload with each known UUID, of whatever it is, in the event's ids; once without, for one that has none."""
    values = [one for one in ids.values() if len(one) == 36] if event.ids else [""]
    return [payload(event.schema, dict.fromkeys(event.ids, value)) for value in values]


async def take_part(live: Live, here: dict[tuple[str, str], LiveClient], slug: str, ids: dict[str, str]) -> set[str]:
    """Everybody of an organisation sends each event with its own ids; gives those with ids that were answered."""
    answered = set()
    for event in events_of(live):
        for who, client in here.items():
            answer = await client.ask(event.name, with_ids(event, ids)) if who[0] == slug else {"error": ""}
            if event.ids and "error" not in answer:
                answered.add(event.name)
    return answered


async def test_every_event_answers_a_strangers_id_as_one_that_never_was(
    live: Live, promise_report: Callable[[str], None]
) -> None:
    strangers = [(slug, role) for slug in STRANGERS for role in (SEEKER, HELPER)]
    attackers = [(A, SEEKER), *((A, role) for role in ROLES)]
    async with sockets(live, *strangers, *attackers) as here:
        everything = {event.name for event in events_of(live) if event.ids}
        for slug in STRANGERS:
            # What is tried abroad works at home; then there is a new set of everything, for strangers to try.
            assert await take_part(live, here, slug, make_examples(live.installation, live.tenant(slug))) == everything
            live.ids[slug].update(make_examples(live.installation, live.tenant(slug)))
        await _listen(live, here)
        await asyncio.sleep(SETTLED)
        assert all(any(here[who].heard.values()) for who in strangers if who[1] == HELPER)
        assert _heard_of_strangers(live, here, attackers) == []
        before = {slug: live.everything_of(slug) for slug in STRANGERS}
        for client in here.values():
            client.heard.clear()
        tried, faults = await _attack(live, here, attackers)
        await asyncio.sleep(SETTLED)
        assert faults == []
        assert {slug: live.everything_of(slug) for slug in STRANGERS} == before
        assert {who: dict(here[who].heard) for who in strangers if here[who].heard} == {}
        for slug in STRANGERS:
            assert await take_part(live, here, slug, live.ids[slug]) == everything
    promise_report(
        f"sockets on {live.installation.engine.dialect.name}: {len(events_of(live))} events × {len(attackers)} people, "
        f"{tried} times with a foreign id: each answered as one that never was, nobody else heard or lost anything"
    )


async def _listen(live: Live, here: dict[tuple[str, str], LiveClient]) -> None:
    """The strangers hear what is told of their things, also by the careless plugin's rooms."""
    for (slug, _), client in here.items():
        if slug != A:
            assert await client.ask("nosy.listen", {"stream": live.ids[slug]["stream"]}) == {}


async def _attack(
    live: Live, here: dict[tuple[str, str], LiveClient], attackers: list[tuple[str, str]]
) -> tuple[int, list[str]]:
    tried, faults = 0, []
    for event in events_of(live):
        for who in attackers:
            for slug in STRANGERS:
                for foreign in with_each(event, live.ids[slug]):
                    never = payload(event.schema, {field: never_was(str(uuid4())) for field in event.ids})
                    answers = [await here[who].ask(event.name, one) for one in (foreign, never)]
                    tried += 1
                    if event.ids and answers[0] != answers[1]:
                        faults.append(f"{event.name} by {who}: {answers[0]} for {slug}'s, {answers[1]} for none")
                    if any(word in str(answers[0]) for word in live.strange(slug)):
                        faults.append(f"{event.name} by {who} shows something of {slug}")
    return tried, faults


def _heard_of_strangers(
    live: Live, here: dict[tuple[str, str], LiveClient], attackers: list[tuple[str, str]]
) -> list[str]:
    words = {word for slug in STRANGERS for word in live.strange(slug)}
    return [
        f"{who} heard {here[who].heard}" for who in attackers if any(word in str(here[who].heard) for word in words)
    ]


async def test_where_a_plugin_is_off_its_events_are_as_ones_that_never_were(live: Live) -> None:
    assert await gate_faults(live) == []
    assert (("connected", WITHOUT, None) in live.nosy.told, ("connected", A, None) in live.nosy.told) == (False, True)


async def gate_faults(live: Live) -> list[str]:
    """A line for each event that is not refused where its plugin is off."""
    faults = []
    async with sockets(live, (A, HELPER), (WITHOUT, SEEKER), (WITHOUT, HELPER)) as here:
        never = await here[WITHOUT, SEEKER].ask("never.was", {})
        for event in events_of(live):
            for role in (SEEKER, HELPER):
                answer = await here[WITHOUT, role].ask(event.name, with_ids(event, live.ids[WITHOUT]))
                if answer != never:
                    faults.append(f"{event.name} by {role}: {answer}")
    return faults


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_without_the_realtime_gate_what_is_off_answers_and_it_is_seen(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    everywhere = live.tenant(A).plugins

    def open_tenant(gate: RealtimeGate, connection: Any) -> Any:
        tenant = gate._context.installation.directory.by_id(connection.identity.tenant_id)
        assert tenant is not None
        return replace(tenant, plugins=everywhere)

    monkeypatch.setattr(RealtimeGate, "open_tenant", open_tenant)
    # Of some the answer stays the same: they ask for a part in something that nobody here has.
    assert len(await gate_faults(live)) >= len(events_of(live)) // 2


async def test_a_realtime_token_of_another_organisation_is_none(live: Live) -> None:
    for slug in STRANGERS:
        for who in (SEEKER, HELPER):
            refusals = [await _refusal(live, who, token) for token in (live.token(slug, who), "no token at all")]
            assert refusals[0] == refusals[1]
            async with LiveClient(live.server, live.host(slug, who)) as client:
                await client.connect(live.token(slug, who))


async def _refusal(live: Live, who: str, token: str) -> str:
    """How a token is refused at the hosts of `a`."""
    async with LiveClient(live.server, live.host(A, who)) as client:
        with pytest.raises(ConnectionError) as refused:
            await client.connect(token)
        return str(refused.value)


async def test_the_careless_plugin_can_do_at_home_what_it_tries_abroad(live: Live) -> None:
    async with sockets(live, (A, SEEKER), (A, HELPER)) as here:
        mine = {"stream": live.ids[A]["stream"]}
        assert await here[A, SEEKER].ask("nosy.listen", mine) == {}
        assert await here[A, HELPER].ask("nosy.tell", mine) == {}
        assert await here[A, SEEKER].hear("nosy.told") == mine
        assert await here[A, SEEKER].ask("nosy.write", mine) == {"seq": 2}
        assert await here[A, HELPER].ask("nosy.read", mine) == {"entries": [1, 2]}
