"""The journal's thread: order, refusals, a full queue, and an end that loses nothing."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from core.realtime import journal as journal_module
from core.realtime.journal import Journal
from core.realtime.journal_writer import Entry, JournalRefused, Outcome, Receipt
from tests.core.realtime.writing import Desk, make_entry

Work = Callable[[Journal], Coroutine[Any, Any, None]]


@contextmanager
def _running(desk: Desk) -> Iterator[Journal]:
    journal = Journal(desk.engine, desk.clock)
    journal.start()
    try:
        yield journal
    finally:
        journal.stop()


def _with_journal(desk: Desk, work: Work) -> None:
    with _running(desk) as journal:
        asyncio.run(asyncio.wait_for(work(journal), 30))


class _Gate:
    """Holds the writer until it is opened, and remembers the groups that it was given."""

    def __init__(self, journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open = threading.Event()
        self.entered = threading.Event()
        self.groups: list[int] = []
        write = journal._writer.write

        def held(entries: Sequence[Entry]) -> list[Outcome]:
            self.groups.append(len(entries))
            self.entered.set()
            assert self.open.wait(20)
            return write(entries)

        monkeypatch.setattr(journal._writer, "write", held)

    async def until_entered(self) -> None:
        assert await asyncio.to_thread(self.entered.wait, 20)


def test_a_thousand_unawaited_entries_keep_their_order(desk: Desk) -> None:
    stream = desk.open()

    async def work(journal: Journal) -> None:
        futures = [journal.submit(make_entry(desk.here, stream, f"{number}".encode())) for number in range(1000)]
        receipts = await asyncio.gather(*futures)
        assert [receipt.seq for receipt in receipts] == list(range(1, 1001))

    _with_journal(desk, work)
    assert [int(body) for _, _, body in desk.stored(stream)] == list(range(1000))


def test_answers_come_in_order_and_after_the_commit(desk: Desk) -> None:
    stream = desk.open()
    seen: list[int] = []

    async def work(journal: Journal) -> None:
        async def send(number: int) -> None:
            await journal.submit(make_entry(desk.here, stream, f"{number}".encode()))
            assert len(desk.stored(stream)) > number, "a receipt is given only for what everybody can read"
            seen.append(number)

        async with asyncio.TaskGroup() as group:
            for number in range(20):
                group.create_task(send(number))

    _with_journal(desk, work)
    assert seen == list(range(20))


def test_refusals_reach_their_sender_alone(desk: Desk) -> None:
    stream, closed = desk.open(), desk.open()
    desk.close(closed)
    entry = make_entry(desk.here, stream, b"a")

    async def work(journal: Journal) -> None:
        changed = make_entry(desk.here, stream, b"b", client_id=entry.client_id)
        futures = [journal.submit(one) for one in (entry, make_entry(desk.here, closed), changed, entry)]
        answers = await asyncio.gather(*futures, return_exceptions=True)
        words = [it.seq if isinstance(it, Receipt) else getattr(it, "code", it) for it in answers]
        assert words == [1, "ended", "client_id_reused", 1]

    _with_journal(desk, work)


def test_while_one_group_commits_the_next_gathers_and_no_group_is_too_large(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = desk.open()
    monkeypatch.setattr(journal_module, "GROUP_SIZE", 8)

    async def work(journal: Journal) -> None:
        gate = _Gate(journal, monkeypatch)
        futures = [journal.submit(make_entry(desk.here, stream))]
        await gate.until_entered()
        futures += [journal.submit(make_entry(desk.here, stream)) for _ in range(20)]
        gate.open.set()
        assert [it.seq for it in await asyncio.gather(*futures)] == list(range(1, 22))
        assert gate.groups == [1, 8, 8, 4]

    _with_journal(desk, work)


def test_a_full_queue_says_busy_at_once_and_later_takes_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = desk.open()
    monkeypatch.setattr(journal_module, "QUEUE_SIZE", 3)

    async def work(journal: Journal) -> None:
        gate = _Gate(journal, monkeypatch)
        taken = [journal.submit(make_entry(desk.here, stream, b"0"))]
        await gate.until_entered()
        taken += [journal.submit(make_entry(desk.here, stream, f"{n}".encode())) for n in (1, 2, 3)]
        for _ in range(5):
            refused = journal.submit(make_entry(desk.here, stream, b"too much"))
            assert refused.done(), "nobody waits to hear that it is full"
            assert _code(refused) == "busy"
        gate.open.set()
        assert [it.seq for it in await asyncio.gather(*taken)] == [1, 2, 3, 4]
        assert (await journal.submit(make_entry(desk.here, stream, b"4"))).seq == 5

    _with_journal(desk, work)
    assert [body for _, _, body in desk.stored(stream)] == [b"0", b"1", b"2", b"3", b"4"]


def _code(future: "asyncio.Future[Receipt]") -> str:
    error = future.exception()
    assert isinstance(error, JournalRefused)
    return error.code


def _until_stopping(journal: Journal) -> None:
    while not journal._stopping:
        time.sleep(0.001)


def test_stop_writes_what_waits_and_refuses_what_comes_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = desk.open()
    journal = Journal(desk.engine, desk.clock)
    journal.start()

    async def work() -> None:
        gate = _Gate(journal, monkeypatch)
        waiting = [journal.submit(make_entry(desk.here, stream)) for _ in range(300)]
        await gate.until_entered()
        stopping = asyncio.create_task(asyncio.to_thread(journal.stop))
        await asyncio.to_thread(_until_stopping, journal)
        assert _code(journal.submit(make_entry(desk.here, stream))) == "busy"
        gate.open.set()
        await stopping
        assert [it.seq for it in await asyncio.gather(*waiting)] == list(range(1, 301))

    asyncio.run(asyncio.wait_for(work(), 30))
    journal.stop()  # a second time changes nothing
    assert len(desk.stored(stream)) == 300


def test_what_was_committed_when_the_loop_had_ended_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = desk.open()
    with _running(desk) as journal:
        gate = _Gate(journal, monkeypatch)

        async def work() -> None:
            journal.submit(make_entry(desk.here, stream, b"last"))
            await gate.until_entered()

        asyncio.run(work())
        gate.open.set()
    assert desk.stored(stream) == [(1, "seeker", b"last")]


def test_a_sender_who_gave_up_disturbs_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = desk.open()

    async def work(journal: Journal) -> None:
        gate = _Gate(journal, monkeypatch)
        first, second = (journal.submit(make_entry(desk.here, stream, body)) for body in (b"1", b"2"))
        await gate.until_entered()
        first.cancel()
        gate.open.set()
        assert (await second).seq == 2

    _with_journal(desk, work)
    assert len(desk.stored(stream)) == 2


def test_the_thread_survives_whatever_an_entry_holds(desk: Desk) -> None:
    stream = desk.open()

    async def work(journal: Journal) -> None:
        with pytest.raises(JournalRefused, match="failed"):
            await journal.submit(make_entry(desk.here, stream, version=2**70))
        assert (await journal.submit(make_entry(desk.here, stream))).seq == 1

    _with_journal(desk, work)
