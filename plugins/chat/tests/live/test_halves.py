"""The server's half of what a visitor's tab keeps: given back to that visitor alone, and only while it is in memory."""

from core.testing.server import RunningServer

from .people import Seeker

HALF = "h" * 43


async def test_a_half_comes_back_to_the_same_visitor_and_goes_with_the_conversation(
    module_server: RunningServer,
) -> None:
    async with Seeker.at(module_server) as seeker, Seeker.at(module_server) as other:
        for one in (seeker, other):
            await one.arrive()
        assert await seeker.ask("chat.keep", {"half": HALF}) == {}, "nobody's, without a conversation"
        for one in (seeker, other):
            await one.wait()
            assert (await one.ask("chat.hello", {}))["half"] is None
        await seeker.ask("chat.keep", {"half": HALF})
        await seeker.disconnect()
        await seeker.connect()
        assert (await seeker.ask("chat.hello", {}))["half"] == HALF
        assert (await other.ask("chat.hello", {}))["half"] is None
        for one in (seeker, other):
            await one.ask("chat.end", {"conversation": one.conversation})
        await seeker.wait()
        assert (await seeker.ask("chat.hello", {}))["half"] is None
        await seeker.ask("chat.end", {"conversation": seeker.conversation})


async def test_a_half_is_gone_with_the_servers_memory(running_server: RunningServer) -> None:
    async with Seeker.at(running_server) as seeker:
        await seeker.arrive()
        await seeker.wait()
        await seeker.ask("chat.keep", {"half": HALF})
        await seeker.disconnect()
        running_server.restart()
        await seeker.get("/hier")
        await seeker.connect()
        state = await seeker.ask("chat.hello", {})
        assert (state["state"], state["half"]) == ("waiting", None), "the place is kept, the half is not"
    assert HALF.encode() not in running_server.log.read_bytes()


async def test_what_is_no_half_is_refused(module_server: RunningServer) -> None:
    async with Seeker.at(module_server) as seeker:
        await seeker.arrive()
        for wrong in ("", "h" * 42, "h" * 44, "h" * 42 + "=", None, 7):
            assert "error" in await seeker.ask("chat.keep", {"half": wrong})
