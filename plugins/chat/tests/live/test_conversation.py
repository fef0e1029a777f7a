"""One conversation over real sockets: queue, taking, messages both ways, the end."""

import asyncio
from uuid import uuid4

from core.testing.server import RunningServer
from core.testing.staff import seeker_token

from .people import Helper, Json, Seeker, password_of, some_entry


async def _pair(server: RunningServer, seeker: Seeker, helper: Helper) -> None:
    await seeker.arrive()
    await seeker.wait()
    await helper.arrive("noor", password_of(server, "luisterboom", "noor"))
    await helper.watch()
    assert "error" not in await helper.take(seeker.conversation)
    await seeker.hear("chat.state", lambda news: news["state"] == "talking")


async def test_a_conversation_from_waiting_to_the_end(module_server: RunningServer) -> None:
    async with Seeker.at(module_server) as seeker, Helper.at(module_server) as helper:
        await _pair(module_server, seeker, helper)
        talking = await seeker.hear("chat.state", lambda news: news["state"] == "talking")
        assert talking["helper"] == "Noor"

        assert (await seeker.say("hoi"))["seq"] == 3, "after the intake, and the key for the helper"
        assert (await helper.say("dag"))["seq"] == 5, "after the key for the help seeker"
        heard = await helper.hears("hoi")
        assert heard["sender"] == "seeker"
        assert await seeker.texts() == await helper.texts() == ["hoi", "dag"]

        assert await helper.ask("chat.end", {"conversation": helper.conversation}) == {"state": "ended"}
        ended = await seeker.hear("chat.state", lambda news: news["state"] == "ended")
        assert ended["by"] == "helper"
        assert (await seeker.say("nog iets"))["error"] == "ended"
        assert (await seeker.ask("chat.hello", {}))["state"] == "ended"


async def test_a_socket_alone_lets_nobody_wait(module_server: RunningServer) -> None:
    async with Seeker.at(module_server) as seeker:
        await seeker.arrive()
        assert await seeker.ask("chat.join", {"intake": some_entry()}) == {"error": "not_waiting"}
        place = await seeker.ask_for_place()
        assert (await seeker.ask_for_place()) == place
        assert (await seeker.wait())["conversation"] == place["conversation"]
        await seeker.ask("chat.end", {"conversation": seeker.conversation})


async def test_messages_sent_unawaited_keep_their_order(module_server: RunningServer) -> None:
    async with Seeker.at(module_server) as seeker, Helper.at(module_server) as helper:
        await _pair(module_server, seeker, helper)
        wanted = [str(number) for number in range(1000)]
        answers = [seeker.send_nowait("chat.send", seeker.message(text)) for text in wanted]
        receipts = await asyncio.wait_for(asyncio.gather(*answers), 60)
        assert [receipt["seq"] for receipt in receipts] == list(range(3, 1003))
        assert await helper.texts() == wanted


async def test_a_repeat_is_written_once(module_server: RunningServer) -> None:
    async with Seeker.at(module_server) as seeker, Helper.at(module_server) as helper:
        await _pair(module_server, seeker, helper)
        message = seeker.message("een keer")
        first = await seeker.ask("chat.send", message)
        again = await seeker.ask("chat.send", message)
        assert first == again
        changed = {**message, "entry": {**message["entry"], "body": seeker.message("iets anders")["entry"]["body"]}}
        assert await seeker.ask("chat.send", changed) == {"error": "client_id_reused"}
        assert await helper.texts() == ["een keer"]


async def test_what_is_wrong_is_refused_and_disturbs_nobody(module_server: RunningServer) -> None:
    async with Seeker.at(module_server) as seeker, Helper.at(module_server) as helper:
        await _pair(module_server, seeker, helper)
        here = seeker.conversation
        entry = some_entry(here)
        wrong = {
            "too_long": {"conversation": here, "entry": {**entry, "body": "A" * 24_004}},
            "empty": {"conversation": here, "entry": {**entry, "body": ""}},
            "not_found": {"conversation": str(uuid4()), "entry": entry},
        }
        for code, payload in wrong.items():
            assert await seeker.ask("chat.send", payload) == {"error": code}
        shapes: dict[str, Json] = {
            "no base64url": {**entry, "body": "***"},
            "no sealed length": {**entry, "body": entry["body"][:-4]},
            "another conversation's": some_entry(uuid4()),
            "the other side's": some_entry(here, "helper"),
            "in clear": {**entry, "version": 0},
        }
        for name, wrong_entry in shapes.items():
            answer = await seeker.ask("chat.send", {"conversation": here, "entry": wrong_entry})
            assert answer == {"error": "malformed"}, name
        nonsense: list[object] = [None, [], "x", 7, {"conversation": here}, {"conversation": here, "entry": 1, "x": 1}]
        for thing in nonsense:
            assert await seeker.ask("chat.send", thing) == {"error": "malformed"}
        assert await seeker.ask("chat.nothing", {}) == {"error": "not_found"}
        assert await seeker.ask("chat.watch", {}) == {"error": "not_found"}
        assert (await seeker.say("nog steeds hier"))["seq"] == 3
        assert await helper.texts() == ["nog steeds hier"]


async def test_typing_is_shown_to_the_other_side(module_server: RunningServer) -> None:
    async with Seeker.at(module_server) as seeker, Helper.at(module_server) as helper:
        await _pair(module_server, seeker, helper)
        await seeker.ask("chat.typing", {"conversation": seeker.conversation, "on": True})
        assert (await helper.hear("chat.typing"))["sender"] == "seeker"


async def test_a_page_that_comes_back_finds_its_place(module_server: RunningServer) -> None:
    async with (
        Seeker.at(module_server) as first,
        Seeker.at(module_server) as second,
        Helper.at(module_server) as helper,
    ):
        await first.arrive()
        await first.wait()
        await second.arrive()
        await second.wait()
        await first.disconnect()
        await helper.arrive("sem", password_of(module_server, "luisterboom", "sem"))
        await _sees_away(helper, first.conversation)
        assert await helper.take(first.conversation) == {"error": "away"}

        await first.connect()
        back = await first.ask("chat.hello", {})
        assert (back["state"], back["ahead"]) == ("waiting", 0)
        assert back["conversation"] == first.conversation
        for seeker in (first, second):
            await helper.take(seeker.conversation)
            await helper.ask("chat.end", {"conversation": seeker.conversation})


async def _sees_away(helper: Helper, conversation: str) -> None:
    """Waits until the helper's list marks a visitor as away, at the first look or as news."""

    def marked(queue: Json) -> bool:
        return any(one["conversation"] == conversation and not one["present"] for one in queue["waiting"])

    queue = (await helper.watch())["queue"]
    if not marked(queue):
        await helper.hear("chat.queue", marked)


async def test_a_second_organisation_sees_nothing(module_server: RunningServer) -> None:
    async with Seeker.at(module_server) as seeker, Helper.at(module_server, "thuisanker") as stranger:
        await seeker.arrive()
        await seeker.wait()
        await stranger.arrive("noor", password_of(module_server, "thuisanker", "noor"))
        assert (await stranger.watch())["queue"] == {"total": 0, "waiting": []}
        for event, payload in (
            ("chat.take", {"conversation": seeker.conversation}),
            ("chat.resume", {"conversation": seeker.conversation, "after": 0}),
            ("chat.end", {"conversation": seeker.conversation}),
            ("chat.typing", {"conversation": seeker.conversation, "on": True}),
            ("chat.send", {"conversation": seeker.conversation, "entry": some_entry(seeker.conversation, "helper")}),
        ):
            foreign = await stranger.ask(event, payload)
            never_was = await stranger.ask(event, {**payload, "conversation": str(uuid4())})
            assert foreign == never_was == {"error": "not_found"}
        await seeker.ask("chat.end", {"conversation": seeker.conversation})


async def test_a_token_works_once(module_server: RunningServer) -> None:
    async with Seeker.at(module_server) as seeker:
        await seeker.get("/hier")
        token = await seeker.token()
        await seeker.connect(token)
        await seeker.disconnect()
        for refused in (token, "", "x.y"):
            try:
                await seeker.connect(refused)
            except ConnectionError:
                continue
            raise AssertionError("a used or false token opened a socket")


async def test_an_organisation_without_chat_refuses_its_pages_and_events(module_server: RunningServer) -> None:
    async with Seeker.at(module_server, "vlechtwerk") as seeker, Helper.at(module_server, "vlechtwerk") as helper:
        assert (await seeker.get("/hier"))[0] == 404
        await seeker.connect(seeker_token(module_server, "vlechtwerk"))
        intake = some_entry()
        for event, payload in (("chat.hello", {}), ("chat.join", {"intake": intake}), ("no.such", {})):
            assert await seeker.ask(event, payload) == {"error": "not_found"}
        await helper.sign_in("noor", password_of(module_server, "vlechtwerk", "noor"))
        assert (await helper.get("/chat"))[0] == 404


async def test_a_flood_is_refused_and_disturbs_nobody(module_server: RunningServer) -> None:
    """More at once than a page could ever have kept: the sender is told, what was acked stays, others talk on."""
    async with Seeker.at(module_server) as flooder, Seeker.at(module_server) as other:
        for seeker in (flooder, other):
            await seeker.arrive()
            await seeker.wait()
        answers = [flooder.send_nowait("chat.send", flooder.message(str(number))) for number in range(2500)]
        assert "seq" in await other.say("ik ook nog")
        receipts = await asyncio.wait_for(asyncio.gather(*answers), 60)
        refused = [receipt for receipt in receipts if "error" in receipt]
        assert refused
        assert all(receipt == {"error": "too_fast"} for receipt in refused)
        kept = [str(number) for number, receipt in enumerate(receipts) if "seq" in receipt]
        await asyncio.sleep(3)
        assert await flooder.texts() == kept
        for seeker in (flooder, other):
            await seeker.ask("chat.end", {"conversation": seeker.conversation})


async def test_a_frame_that_is_too_large_ends_that_socket_alone(module_server: RunningServer) -> None:
    async with Seeker.at(module_server) as giant, Seeker.at(module_server) as other:
        for seeker in (giant, other):
            await seeker.arrive()
            await seeker.wait()
        giant.send_nowait("chat.send", {"conversation": giant.conversation, "entry": "x" * 1_000_000})
        await other.hear("chat.place", lambda news: news["ahead"] >= 0)
        assert "seq" in await other.say("ik ben er nog")
        await giant.disconnect()
        await giant.connect()
        assert (await giant.ask("chat.hello", {}))["state"] == "waiting"
        for seeker in (giant, other):
            await seeker.ask("chat.end", {"conversation": seeker.conversation})
