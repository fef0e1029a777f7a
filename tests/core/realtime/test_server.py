"""Over real sockets: who is let in, what they hear, and that nobody stays as a ghost."""

import asyncio
import json
import threading
from collections.abc import Coroutine
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import socketio

from core.access.realtime_tokens import issue
from tests.core.realtime.house import HERE, THERE, Opener, TeaHouse, opener

__all__ = ["opener"]


def run(work: Coroutine[Any, Any, None]) -> None:
    """Runs a test's work, with an end."""
    asyncio.run(asyncio.wait_for(work, 60))


@pytest.fixture(name="house")
def _house(opener: Opener) -> Opener:
    return opener


def test_a_fresh_token_opens_one_socket(house: Opener) -> None:
    async def work() -> None:
        async with house() as tea:
            token = tea.token()
            client = await tea.connect(token)
            assert await client.call("tea.sip", {"size": 2}) == {"size": 2}
            assert await tea.refused(token) == "token", "a token is good for one use"
            assert len(tea.server.context.connections) == 1

    run(work())


def test_whoever_has_no_good_token_learns_nothing_but_that(house: Opener) -> None:
    async def work() -> None:
        async with house() as tea:
            stranger = issue(tea.installation.keys, tea.clock, uuid4(), "seeker", "ada", None)
            nobody = tea.staff_token(uuid4(), uuid4())
            old = tea.token()
            for token in ("", "x", "ünïcode", "a.b.c", None, 7, ["x"], {"token": "x"}, nobody):
                assert await tea.refused(token) == "token", token
            assert await tea.refused(stranger) == "token"
            assert await tea.refused(tea.token(), at=THERE) == "token", "a token counts at its own organisation alone"
            assert await tea.refused(tea.token(), at="nobody") == "token"
            tea.clock.advance(seconds=61)
            assert await tea.refused(old) == "token"
            assert tea.server.context.connections == {}
            assert tea.told == []

    run(work())


def test_pages_of_other_sites_may_not_open_a_socket(house: Opener) -> None:
    async def work() -> None:
        async with house() as tea:
            for origin in ("https://evil.example", "http://boom.localhost", "http://boom.localhost:1", "null", "x"):
                with pytest.raises(socketio.exceptions.ConnectionError):
                    await tea.connect(tea.token(), origin=origin)
            assert tea.told == []
            await tea.connect(tea.token(), origin="http://boom.localhost:6543")

    run(work())


def test_a_plugin_may_refuse_and_leaves_no_ghost_and_one_that_fails_keeps_nobody_out(house: Opener) -> None:
    async def work() -> None:
        async with house() as tea:
            assert await tea.refused(tea.token("unwelcome")) == "full"
            assert tea.server.context.connections == {}
            client = await tea.connect(tea.token("unlucky"))
            assert await client.call("tea.sip", {}) == {"size": 0}

    run(work())


def test_a_closed_organisation_refuses_seekers_at_the_door(house: Opener) -> None:
    async def work() -> None:
        async with house() as tea:
            tea.change(HERE, "state", "suspended")
            assert await tea.refused(tea.token()) == "closed"
            await tea.connect(tea.staff_token(*tea.add_staff("helper")))

    run(work())


def test_one_broken_event_does_not_end_the_socket(house: Opener) -> None:
    async def work() -> None:
        async with house() as tea:
            client = await tea.connect(tea.token())
            answers = [await client.call(f"tea.{name}", {}) for name in ("spill", "refuse", "none", "sip")]
            assert answers == [{"error": "failed"}, {"error": "cold"}, {"error": "not_found"}, {"size": 0}]

    run(work())


def test_no_name_of_an_event_reaches_the_servers_own_handlers(house: Opener) -> None:
    async def work() -> None:
        async with house() as tea:
            client, other = await tea.connect(tea.token("ada")), await tea.connect(tea.token("eve"))
            fresh = tea.token("mallory")
            assert await client.call("connect", (None, {"token": fresh})) == {"error": "not_found"}
            assert await client.call("disconnect", "x") == {"error": "not_found"}
            assert await client.call("*", (other.get_sid(), {})) == {"error": "not_found"}
            assert await client.call("tea.sip", {"size": 5}) == {"size": 5}
            assert ("sip", "ada", 5) in tea.told
            assert {name for name, *_ in tea.told} == {"connected", "sip"}

    run(work())


def test_a_binary_event_ends_its_socket_and_no_other(house: Opener) -> None:
    async def work() -> None:
        async with house() as tea:
            client, other = await tea.connect(tea.token("ada")), await tea.connect(tea.token("eve"))
            await client.emit("tea.sip", {"size": b"\x00"})
            await tea.until(lambda: not client.connected)
            assert await other.call("tea.sip", {}) == {"size": 0}
            await tea.until(lambda: len(tea.server.context.connections) == 1)

    run(work())


def test_every_plugin_hears_a_farewell_even_when_one_fails_or_is_off(house: Opener) -> None:
    async def work() -> None:
        async with house() as tea:
            first, second = await tea.connect(tea.token("ada")), await tea.connect(tea.token("eve"))
            await first.disconnect()
            await tea.until(lambda: ("disconnected", "ada") in tea.told)
            tea.switch(HERE, "tea", on=False)
            tea.change(HERE, "state", "suspended")
            await second.disconnect()
            await tea.until(lambda: ("disconnected", "eve") in tea.told)
            await tea.until(lambda: not tea.server.context.connections)

    run(work())


def test_who_leaves_while_the_token_is_read_does_not_stay_as_a_ghost(house: Opener) -> None:
    async def work() -> None:
        async with house() as tea:
            reading, go_on = threading.Event(), threading.Event()
            read = tea.server._tokens.read

            def slow(token: str) -> Any:
                reading.set()
                go_on.wait(10)
                return read(token)

            object.__setattr__(tea.server, "_tokens", type("Slow", (), {"read": staticmethod(slow)})())
            async with aiohttp.ClientSession(headers={"Host": f"{HERE}.localhost"}) as session:
                line = await session.ws_connect(f"http://127.0.0.1:{tea.port}/socket.io/?EIO=4&transport=websocket")
                await line.receive()
                await line.send_str("40" + json.dumps({"token": tea.token()}))
                assert await asyncio.to_thread(reading.wait, 10)
                await line.close()
            rooms = tea.server.sockets.manager.rooms
            assert rooms.get("/"), "the socket is half in"
            go_on.set()
            await tea.until(lambda: not rooms.get("/") and not tea.server.sockets.environ)
            assert tea.server.context.connections == {}

    run(work())


def test_news_stays_inside_its_organisation_and_room(house: Opener) -> None:
    async def work() -> None:
        async with house() as tea:
            here, also_here = await tea.connect(tea.token("ada")), await tea.connect(tea.token("bea"))
            there = await tea.connect(tea.token("ada", THERE), at=THERE)
            outside = await tea.connect(tea.token("cas"))
            heard: list[tuple[str, Any]] = []
            for name, client in (("here", here), ("also", also_here), ("there", there), ("outside", outside)):
                client.on("tea.guest", lambda data, name=name: heard.append((name, data)))
            for client in (here, also_here, there):
                assert await client.call("tea.sit", {"name": "x"}) == {}
            emit = tea.installation.emit
            await asyncio.to_thread(emit, tea.tenant(HERE), "table", "tea.guest", {"from": "a thread"})
            await tea.until(lambda: len(heard) >= 3)
            await asyncio.sleep(0.1)
            assert heard[0] == ("here", {"name": "x"}), "told to the others, not to who sat down"
            assert sorted(name for name, _ in heard[1:]) == ["also", "here"]

    run(work())


def test_news_after_the_end_is_no_error(house: Opener) -> None:
    kept: list[TeaHouse] = []

    async def work() -> None:
        async with house() as tea:
            kept.append(tea)
            tea.tenant(HERE)

    run(work())
    kept[0].installation.emit(uuid4(), "table", "tea.guest", {})


def test_the_watch_ends_the_sockets_of_sessions_that_are_over(house: Opener) -> None:
    from core.identity.services.sessions import end, lock

    async def work() -> None:
        async with house() as tea:
            staff = {name: tea.add_staff("helper") for name in ("kept", "ended", "locked")}
            clients = {name: await tea.connect(tea.staff_token(*ids)) for name, ids in staff.items()}
            seeker = await tea.connect(tea.token())
            await tea.server._watch.look()
            assert all(client.connected for client in clients.values())
            tea.do(lambda session: end(session, staff["ended"][1], tea.clock()))
            tea.do(lambda session: lock(session, staff["locked"][1], tea.clock()))
            await tea.server._watch.look()
            await tea.until(lambda: not clients["ended"].connected and not clients["locked"].connected)
            assert await clients["kept"].call("tea.serve", {}) == {"size": 0}
            assert await seeker.call("tea.sip", {}) == {"size": 0}
            assert len(tea.server.context.connections) == 2

    run(work())


def test_the_watch_sees_new_roles_and_keeps_who_talks_awake(house: Opener) -> None:
    from core.identity.models import Staff, StaffSession

    async def work() -> None:
        async with house() as tea:
            staff_id, session_id = tea.add_staff("helper")
            client = await tea.connect(tea.staff_token(staff_id, session_id))
            for _ in range(4):
                tea.clock.advance(minutes=20)
                assert await client.call("tea.serve", {}) == {"size": 0}
                await tea.server._watch.look()
            seen = tea.do(lambda session: session.find(StaffSession, session_id).seen_at)
            assert seen == tea.clock()

            def demote(session: Any) -> None:
                session.find(Staff, staff_id).roles = frozenset({"editor"})

            tea.do(demote)
            await tea.server._watch.look()
            assert await client.call("tea.serve", {}) == {"error": "not_found"}

    run(work())


def test_the_watch_locks_who_is_silent_for_half_an_hour(house: Opener) -> None:
    async def work() -> None:
        async with house() as tea:
            client = await tea.connect(tea.staff_token(*tea.add_staff("helper")))
            tea.clock.advance(minutes=31)
            await tea.server._watch.look()
            await tea.until(lambda: not client.connected)

    run(work())
