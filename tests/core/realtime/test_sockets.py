"""A socket's outgoing queue never waits and never grows; what a client sends reaches no handler of our own."""

import asyncio
from typing import Any

import pytest

from core.realtime.sockets import NO_EVENT, OUTGOING, BoundedQueue, EngineServer, FastJson, SocketServer


def _filled(count: int) -> BoundedQueue:
    waiting = BoundedQueue()
    for number in range(count):
        waiting.put_nowait(number)
    return waiting


async def _all_of(waiting: BoundedQueue) -> list[Any]:
    return [waiting.get_nowait() for _ in range(waiting.qsize())]


def test_packets_keep_their_order() -> None:
    async def work() -> None:
        waiting = BoundedQueue()
        for number in range(OUTGOING):
            await waiting.put(number)
        assert await _all_of(waiting) == list(range(OUTGOING))

    asyncio.run(work())


def test_a_reader_who_stands_still_loses_the_socket_and_holds_no_memory() -> None:
    async def work() -> None:
        waiting = _filled(OUTGOING)
        async with asyncio.timeout(2):
            for number in range(OUTGOING * 3):
                await waiting.put(number)
        assert await _all_of(waiting) == [None], "only the end mark is left, whatever came after it"

    asyncio.run(work())


def test_a_queue_that_was_given_up_ends_with_its_mark() -> None:
    async def work() -> None:
        waiting = _filled(OUTGOING)
        await waiting.put("one too many")
        await waiting.put("and another")
        assert await waiting.get() is None
        assert waiting.empty()

    asyncio.run(work())


def test_two_readers_and_one_who_gave_up_lose_nothing() -> None:
    """Long polls overlap when a page asks again: what one that went was woken for, the next one gets."""

    async def work() -> None:
        waiting = BoundedQueue()
        first, second, third = (asyncio.ensure_future(waiting.get()) for _ in range(3))
        await asyncio.sleep(0)
        second.cancel()
        waiting.put_nowait("a")
        await asyncio.sleep(0)
        first.cancel()  # it was woken, and gives up before its turn or has it already
        waiting.put_nowait("b")
        got = [it for it in await asyncio.gather(first, second, third, return_exceptions=True) if isinstance(it, str)]
        got += [waiting.get_nowait() for _ in range(waiting.qsize())]
        assert got == ["a", "b"]
        with pytest.raises(asyncio.QueueEmpty):
            waiting.get_nowait()

    asyncio.run(work())


def test_a_reader_who_is_only_late_keeps_the_socket() -> None:
    async def work() -> None:
        waiting, read = _filled(OUTGOING), []

        async def reader() -> None:
            while (packet := await waiting.get()) is not None:
                read.append(packet)
                waiting.task_done()

        task = asyncio.create_task(reader())
        for number in range(OUTGOING, OUTGOING * 4):
            await waiting.put(number)
        await waiting.put(None)
        await task
        assert read == list(range(OUTGOING * 4))

    asyncio.run(work())


def test_the_end_mark_always_fits() -> None:
    async def work() -> None:
        waiting = _filled(OUTGOING)
        await waiting.put(None)
        assert (await _all_of(waiting))[-1] is None

    asyncio.run(work())


def test_our_servers_use_our_queue() -> None:
    server = SocketServer(async_mode="asgi")
    assert isinstance(server.eio, EngineServer)
    assert isinstance(server.eio.create_queue(), BoundedQueue)


@pytest.mark.parametrize("value", [{"a": [1, None, "é"]}, [], "x", 1.5, None])
def test_json_is_text_and_comes_back(value: object) -> None:
    text = FastJson.dumps(value, separators=(",", ":"))
    assert isinstance(text, str)
    assert FastJson.loads(text) == value


class _Heard(SocketServer):
    """Remembers what would have been handled."""

    def __init__(self) -> None:
        super().__init__(async_mode="asgi", async_handlers=False)
        self.events: list[Any] = []
        self.on("connect", self._anything)
        self.on("disconnect", self._anything)
        self.on("*", self._any)

    async def _anything(self, *_: Any) -> None:
        raise AssertionError("a client called a handler of the server's own")

    async def _any(self, name: str, sid: str, *arguments: Any) -> None:
        self.events.append((name, sid, *arguments))


def _told(frames: list[Any]) -> tuple[list[Any], list[str]]:
    """The events that these frames of a connected client lead to, and the sockets that they end."""
    server, ended = _Heard(), list[str]()

    async def disconnect(eio_sid: str) -> None:
        ended.append(eio_sid)

    async def work() -> None:
        await server.manager.connect("eio", "/")
        server.eio.disconnect = disconnect
        for frame in frames:
            await server._handle_eio_message("eio", frame)

    asyncio.run(work())
    return server.events, ended


def test_events_reach_the_one_handler_with_their_name() -> None:
    events, ended = _told(['2["chat.send",{"a":1}]', '2["chat.typing"]'])
    assert [(name, *rest) for name, _, *rest in events] == [("chat.send", {"a": 1}), ("chat.typing",)]
    assert ended == []


@pytest.mark.parametrize(
    "frame",
    ['2["connect",{"token":"x"}]', '2["disconnect","x"]', '2["*","other-sid",{}]', '2[["chat.send"],{}]', "2[]", "2{}"],
)
def test_names_that_no_plugin_can_have_are_as_events_that_do_not_exist(frame: str) -> None:
    events, _ = _told([frame])
    assert [name for name, *_ in events] == [NO_EVENT]
    assert events[0][1] not in {"other-sid", "x"}, "the handler gets the socket's own id, never one that a client names"


@pytest.mark.parametrize("frame", [b"\x00\x01", '51-["chat.send",{"_placeholder":true,"num":0}]', '61-1["x"]'])
def test_binary_packets_end_the_socket(frame: Any) -> None:
    events, ended = _told([frame])
    assert (events, ended) == ([], ["eio"])
