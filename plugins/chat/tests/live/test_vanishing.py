"""People whose pages go at the worst moment: the queue shows nobody who is not there, and nobody is away who is."""

import asyncio
from contextlib import AsyncExitStack, suppress

from core.testing.server import RunningServer

from .people import Helper, Json, Seeker, password_of

CROWD = 60


async def _helper(server: RunningServer, helper: Helper) -> Json:
    await helper.arrive("sem", password_of(server, "luisterboom", "sem"))
    return dict((await helper.watch())["queue"])


async def _nobody_waits(helper: Helper, patience: float = 15) -> Json:
    queue: Json = {}
    async with asyncio.timeout(patience):
        while queue.get("total") != 0:
            await asyncio.sleep(0.3)
            queue = (await helper.watch())["queue"]
    return queue


async def test_a_page_that_is_loaded_again_and_again_is_there(module_server: RunningServer) -> None:
    """Each reload is a farewell and a hello at the same moment; the last word is that the page is there."""
    async with Helper.at(module_server) as helper, Seeker.at(module_server) as seeker:
        await _helper(module_server, helper)
        await seeker.arrive()
        await seeker.wait()
        for _ in range(15):
            old, token = seeker.socket, await seeker.token()
            assert old is not None
            leaving = asyncio.ensure_future(old.disconnect())
            await seeker.connect(token)
            assert (await seeker.ask("chat.hello", {}))["state"] == "waiting"
            await leaving
        await asyncio.sleep(0.5)
        queue = (await helper.watch())["queue"]
        mine = [one["present"] for one in queue["waiting"] if one["conversation"] == seeker.conversation]
        assert mine == [True]


async def test_closing_one_of_two_tabs_is_not_going_away(module_server: RunningServer) -> None:
    """Of the seeker's, and of the helper's: the other side is told only when the last tab closes."""
    async with (
        Seeker.at(module_server) as seeker,
        Helper.at(module_server) as helper,
        Helper.at(module_server) as second,
    ):
        await _helper(module_server, helper)
        await _helper(module_server, second)
        await seeker.arrive()
        await seeker.wait()
        await helper.take(seeker.conversation)
        await second.hear("chat.mine_changed")
        assert [one["conversation"] for one in (await second.watch())["mine"]] == [seeker.conversation]
        await seeker.say("hoi")
        await second.hear("chat.entry")

        await helper.disconnect()
        await asyncio.sleep(0.5)
        assert all(news["present"] for news in seeker.heard["chat.presence"])
        assert (await seeker.ask("chat.hello", {}))["helper_present"] is True

        await second.disconnect()
        gone = await seeker.hear("chat.presence", lambda news: not news["present"])
        assert gone["who"] == "helper"
        assert (await seeker.ask("chat.hello", {}))["helper_present"] is False


async def test_who_was_away_at_the_end_hears_how_it_ended(module_server: RunningServer) -> None:
    async with Seeker.at(module_server) as seeker, Helper.at(module_server) as helper:
        await _helper(module_server, helper)
        await seeker.arrive()
        await seeker.wait()
        await helper.take(seeker.conversation)
        await seeker.disconnect()
        await helper.ask("chat.end", {"conversation": seeker.conversation})
        await seeker.connect()
        state = await seeker.ask("chat.hello", {})
        assert state == {"state": "ended", "conversation": seeker.conversation, "by": "helper"}
        assert (await seeker.say("te laat"))["error"] == "not_found"
        new = await seeker.wait()
        assert new["state"] == "waiting"
        assert (await seeker.ask("chat.hello", {}))["conversation"] == new["conversation"]


async def test_a_helper_who_is_quicker_than_the_intake_still_gets_it(module_server: RunningServer) -> None:
    async with Seeker.at(module_server) as seeker, Helper.at(module_server) as helper:
        await _helper(module_server, helper)
        await seeker.arrive()
        await seeker.wait()
        await helper.take(seeker.conversation)
        await seeker.ask("chat.join", {"intake": seeker.intake(seeker.conversation, {"name": "Vlinder"})})
        assert (await helper.hear("chat.entry", lambda entry: entry["kind"] == "intake"))["sender"] == "seeker"


async def test_visitors_who_vanish_while_they_join_do_not_stay_as_ghosts(module_server: RunningServer) -> None:
    """The line breaks while the server is still writing: the farewell comes before the join has ended."""
    async with AsyncExitStack() as stack:
        seekers = [await stack.enter_async_context(Seeker.at(module_server)) for _ in range(CROWD)]
        helper = await stack.enter_async_context(Helper.at(module_server))
        await _helper(module_server, helper)
        await asyncio.gather(*(seeker.arrive() for seeker in seekers))
        places = await asyncio.gather(*(seeker.ask_for_place() for seeker in seekers))
        for seeker, place in zip(seekers, places, strict=True):
            seeker.send_nowait("chat.join", {"intake": seeker.intake(place["conversation"], {"name": "Vlinder"})})
        await asyncio.sleep(0.15)
        with suppress(Exception):
            await asyncio.gather(*(seeker.disconnect() for seeker in seekers))
        await asyncio.sleep(3)
        queue = await _nobody_waits(helper)
        assert not [one for one in queue["waiting"] if one["present"]]

        late = await stack.enter_async_context(Seeker.at(module_server))
        await late.arrive()
        await late.wait()
        shown = [one["conversation"] for one in (await helper.watch())["queue"]["waiting"]]
        assert late.conversation in shown, "those who are gone do not hide who is there"
