"""A busy evening: many visitors and helpers at once, and a server that is killed while they talk."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from core.testing.keys import open_shifts
from core.testing.server import RunningServer
from core.testing.staff import signed_in_staff

from .people import Helper, Seeker

VISITORS, HELPERS, MESSAGES_EACH_WAY = 200, 40, 3


@asynccontextmanager
async def _crowd(
    server: RunningServer, visitors: int, cookies: list[str]
) -> AsyncIterator[tuple[list[Seeker], list[Helper]]]:
    """Everybody with an open socket, visitors in the queue."""
    async with AsyncExitStack() as stack:
        seekers = [await stack.enter_async_context(Seeker.at(server)) for _ in range(visitors)]
        helpers = [await stack.enter_async_context(Helper.at(server)) for _ in cookies]
        shifts = await asyncio.to_thread(open_shifts, server, "luisterboom", cookies)
        begun = zip(helpers, cookies, shifts, strict=True)
        await asyncio.gather(*(helper.arrive_with(cookie, shift) for helper, cookie, shift in begun))
        await asyncio.gather(*(helper.watch() for helper in helpers))
        await asyncio.gather(*(seeker.arrive() for seeker in seekers))
        await asyncio.gather(*(seeker.wait(f"bezoeker {number}") for number, seeker in enumerate(seekers)))
        yield seekers, helpers


async def _try_for(helper: Helper, wanted: list[str], taken: Counter[str]) -> None:
    """Asks for each of these; whoever was first has it, and the others are told so."""
    for conversation in wanted:
        answer = await helper.take(conversation)
        if "error" not in answer:
            taken[conversation] += 1
        else:
            assert answer["error"] == "taken"


@pytest.mark.promise_p8
async def test_every_visitor_gets_exactly_one_helper(
    running_server: RunningServer, promise_report: Callable[[str], None]
) -> None:
    names = [f"helper-{number}" for number in range(HELPERS)]
    cookies = signed_in_staff(running_server, "luisterboom", names, frozenset({"helper"}))
    async with _crowd(running_server, VISITORS, cookies) as (seekers, helpers):
        everybody = [seeker.conversation for seeker in seekers]
        assert len(set(everybody)) == VISITORS
        taken: Counter[str] = Counter()
        await asyncio.gather(*(_try_for(helper, everybody[:1], taken) for helper in helpers))
        assert taken == Counter(everybody[:1])
        # Not the first one again: whoever has it would get it again, which is right, and count it twice.
        rest = everybody[1:]
        turns = [[rest[(5 * index + step) % len(rest)] for step in range(10)] for index in range(HELPERS)]
        await asyncio.gather(*(_try_for(helper, turn, taken) for helper, turn in zip(helpers, turns, strict=True)))
        assert {conversation: taken[conversation] for conversation in everybody} == dict.fromkeys(everybody, 1)

        whose = {one["conversation"]: helper for helper in helpers for one in (await helper.watch())["mine"]}
        assert set(whose) == set(everybody)
        await asyncio.gather(*(_talk(seeker, whose[seeker.conversation]) for seeker in seekers))
        for seeker in seekers:
            texts = await seeker.texts()
            assert Counter(texts) == Counter(_expected())
            assert texts == await whose[seeker.conversation].texts(seeker.conversation)
    messages = VISITORS * MESSAGES_EACH_WAY * 2
    promise_report(
        f"{VISITORS} visitors, {HELPERS} helpers asking at once: one helper each; {messages} messages, 0 lost"
    )


def _expected() -> list[str]:
    return [f"{side} {number}" for side in ("in", "out") for number in range(MESSAGES_EACH_WAY)]


async def _talk(seeker: Seeker, helper: Helper) -> None:
    for number in range(MESSAGES_EACH_WAY):
        answers = await asyncio.gather(
            seeker.say(f"in {number}"), helper.say(f"out {number}", conversation=seeker.conversation)
        )
        assert all("seq" in answer for answer in answers)


@pytest.mark.promise_p8
@pytest.mark.fault
async def test_what_was_acked_is_there_after_kill_9(
    running_server: RunningServer, promise_report: Callable[[str], None]
) -> None:
    names = [f"helper-{number}" for number in range(10)]
    cookies = signed_in_staff(running_server, "luisterboom", names, frozenset({"helper"}))
    acked: dict[str, list[str]] = {}
    asked: dict[str, list[str]] = {}
    async with _crowd(running_server, 10, cookies) as (seekers, helpers):
        for seeker, helper in zip(seekers, helpers, strict=True):
            await helper.take(seeker.conversation)
        talkers = [asyncio.ensure_future(_until_killed(seeker, acked, asked)) for seeker in seekers]
        await asyncio.sleep(1.5)
        running_server.kill9()
        await asyncio.gather(*talkers)
        running_server.start()
        for seeker in seekers:
            await seeker.disconnect()
            await seeker.connect()
            assert (await seeker.ask("chat.hello", {}))["state"] == "talking"
            texts = await seeker.texts()
            assert [text for text in texts if text in set(acked[seeker.conversation])] == acked[seeker.conversation]
            assert len(texts) == len(set(texts))
            assert set(texts) <= set(asked[seeker.conversation])
    total = sum(map(len, acked.values()))
    assert total > 100
    promise_report(f"kill -9 while 10 people talk: {total} acked messages, all there, none twice, in order")


async def _until_killed(seeker: Seeker, acked: dict[str, list[str]], asked: dict[str, list[str]]) -> None:
    """Talks until the line breaks, and remembers what was asked and what was acked."""
    mine, wanted = acked.setdefault(seeker.conversation, []), asked.setdefault(seeker.conversation, [])
    number = 0
    while True:
        text = f"bericht {number}"
        wanted.append(text)
        try:
            answer = await asyncio.wait_for(seeker.say(text), 3)
        except Exception:  # noqa: BLE001 - whatever a killed server looks like from here, the line is gone
            return
        assert "seq" in answer
        mine.append(text)
        number += 1
