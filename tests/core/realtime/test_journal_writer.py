"""Entries get gapless places in their order, each once; one that is refused harms no other."""

from collections.abc import Callable
from contextlib import closing
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from core.realtime.journal_writer import Entry, JournalWriter
from core.tenancy.session import tenant_session
from core.testing.database import Database
from tests.core.realtime.writing import Desk, code, make_entry, receipt, seqs


def test_places_are_gapless_and_in_the_order_given(desk: Desk) -> None:
    stream = desk.open()
    bodies = [f"{number}".encode() for number in range(30)]
    entries = [make_entry(desk.here, stream, body, sender=("seeker", "helper")[n % 2]) for n, body in enumerate(bodies)]
    assert seqs(desk.write(*entries[:7])) == [1, 2, 3, 4, 5, 6, 7]
    assert seqs(desk.write(*entries[7:])) == list(range(8, 31))
    assert [body for _, _, body in desk.stored(stream)] == bodies
    assert [seq for seq, _, _ in desk.stored(stream)] == list(range(1, 31))
    assert desk.last_seq(stream) == 30


def test_a_receipt_tells_the_time_that_is_stored(desk: Desk) -> None:
    stream = desk.open()
    entry = make_entry(desk.here, stream)
    first = receipt(desk.write(entry)[0])
    desk.clock.advance(minutes=3, microseconds=17)
    again = receipt(desk.write(entry)[0])
    assert first.at == again.at == desk.clock() - (desk.clock() - first.at)
    assert first.at.utcoffset() is not None
    assert (first.repeated, again.repeated) == (False, True)


@pytest.mark.parametrize("body", [b"\x00", bytes(range(256)), b"\xff" * 18_000], ids=["nul", "all bytes", "long"])
def test_bodies_are_kept_byte_by_byte(desk: Desk, body: bytes) -> None:
    stream = desk.open()
    desk.write(make_entry(desk.here, stream, body))
    assert desk.stored(stream) == [(1, "seeker", body)]


def test_one_group_serves_several_organisations_and_streams(desk: Desk) -> None:
    mine, other, theirs = desk.open(), desk.open(), desk.open(desk.there)
    places = [(desk.here, mine), (desk.there, theirs), (desk.here, other)] * 5
    outcomes = desk.write(*(make_entry(*place, f"{n}".encode()) for n, place in enumerate(places)))
    assert seqs(outcomes) == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5]
    assert [int(body) for _, _, body in desk.stored(mine)] == [0, 3, 6, 9, 12]
    assert [int(body) for _, _, body in desk.stored(theirs, desk.there)] == [1, 4, 7, 10, 13]
    assert [int(body) for _, _, body in desk.stored(other)] == [2, 5, 8, 11, 14]


def test_a_repeat_gets_the_place_that_it_has(desk: Desk) -> None:
    stream = desk.open()
    entry = make_entry(desk.here, stream, b"once")
    desk.write(entry, make_entry(desk.here, stream))
    outcomes = desk.write(make_entry(desk.here, stream), entry, make_entry(desk.here, stream))
    assert seqs(outcomes) == [3, 1, 4]
    assert [receipt(outcome).repeated for outcome in outcomes] == [False, True, False]
    assert desk.last_seq(stream) == len(desk.stored(stream)) == 4


def test_a_repeat_inside_its_own_group_is_seen(desk: Desk) -> None:
    stream = desk.open()
    entry = make_entry(desk.here, stream, b"once")
    changed = make_entry(desk.here, stream, b"other", client_id=entry.client_id)
    outcomes = desk.write(entry, entry, changed, make_entry(desk.here, stream), entry)
    assert seqs(outcomes) == [1, 1, "client_id_reused", 2, 1]
    assert [receipt(outcomes[n]).repeated for n in (0, 1, 4)] == [False, True, True]
    assert desk.last_seq(stream) == len(desk.stored(stream)) == 2


@pytest.mark.parametrize("change", [{"body": b"other"}, {"version": 2}, {"kind": "intake"}], ids=str)
def test_a_client_id_with_other_content_is_refused(desk: Desk, change: dict[str, Any]) -> None:
    stream = desk.open()
    entry = make_entry(desk.here, stream, b"first")
    desk.write(entry)
    values: dict[str, Any] = {"body": b"first", "client_id": entry.client_id} | change
    assert code(desk.write(make_entry(desk.here, stream, **values))[0]) == "client_id_reused"
    assert desk.stored(stream) == [(1, "seeker", b"first")]
    assert desk.last_seq(stream) == 1


def test_a_client_id_of_somebody_else_or_of_another_stream_is_new(desk: Desk) -> None:
    stream, other, theirs = desk.open(), desk.open(), desk.open(desk.there)
    client_id = uuid4()
    outcomes = desk.write(
        make_entry(desk.here, stream, b"a", client_id=client_id),
        make_entry(desk.here, stream, b"b", client_id=client_id, sender="helper"),
        make_entry(desk.here, other, b"c", client_id=client_id),
        make_entry(desk.there, theirs, b"d", client_id=client_id),
    )
    assert seqs(outcomes) == [1, 2, 1, 1]
    assert desk.everything() == 4


def test_a_closed_stream_takes_no_more_but_knows_what_it_took(desk: Desk) -> None:
    stream = desk.open()
    entry = make_entry(desk.here, stream, b"before")
    desk.write(entry)
    desk.close(stream)
    late = make_entry(desk.here, stream, b"late")
    changed = make_entry(desk.here, stream, b"other", client_id=entry.client_id)
    assert seqs(desk.write(late, entry, changed)) == ["ended", 1, "client_id_reused"]
    assert desk.stored(stream) == [(1, "seeker", b"before")]
    assert desk.last_seq(stream) == 1


@pytest.mark.promise_p6
def test_a_strangers_stream_is_as_one_that_never_was_and_stays_as_it_is(desk: Desk) -> None:
    theirs = desk.open(desk.there)
    known = make_entry(desk.there, theirs, b"theirs")
    desk.write(known)
    stranger = make_entry(desk.here, theirs, b"theirs", client_id=known.client_id)
    never = make_entry(desk.here, uuid4(), b"theirs")
    outcomes = desk.write(stranger, never, make_entry(desk.here, theirs, b"mine"))
    assert seqs(outcomes) == ["ended", "ended", "ended"]
    assert desk.stored(theirs, desk.there) == [(1, "seeker", b"theirs")]
    assert desk.stored(theirs) == []
    assert (desk.last_seq(theirs, desk.there), desk.everything()) == (1, 1)


@pytest.mark.parametrize(
    "bad",
    [{"version": 2**70}, {"version": None}, {"kind": "\ud800"}, {"body": None}, {"sender": object()}],
    ids=["giant number", "no number", "half a character", "no body", "an object"],
)
def test_one_entry_that_cannot_be_stored_refuses_only_itself(desk: Desk, bad: dict[str, Any]) -> None:
    stream, other = desk.open(), desk.open()
    outcomes = desk.write(
        make_entry(desk.here, stream, b"1"),
        make_entry(desk.here, stream, **({"body": b"bad"} | bad)),
        make_entry(desk.here, stream, b"2"),
        make_entry(desk.here, other, b"3"),
    )
    assert seqs(outcomes) == [1, "failed", 2, 1]
    assert [body for _, _, body in desk.stored(stream)] == [b"1", b"2"]
    assert seqs(desk.write(make_entry(desk.here, stream, b"4"))) == [3]


def test_what_a_failed_group_had_committed_after_all_is_told_once_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to the commit is lost: the entries are there, but nobody was told of them yet."""
    stream = desk.open()
    entries = [make_entry(desk.here, stream, body) for body in (b"1", b"2")]
    write = desk.writer._write_group

    def loses_the_answer(group: Any) -> Any:
        outcomes = write(group)
        if len(group) > 1:
            raise ConnectionResetError
        return outcomes

    monkeypatch.setattr(desk.writer, "_write_group", loses_the_answer)
    outcomes = desk.write(*entries)
    assert seqs(outcomes) == [1, 2]
    assert [receipt(outcome).repeated for outcome in outcomes] == [False, False]
    assert [body for _, _, body in desk.stored(stream)] == [b"1", b"2"]


class _Counting:
    """An engine's connections, which may be refused for a while."""

    def __init__(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked = 0
        self.away = False
        connect: Callable[[], Any] = engine.raw_connection

        def raw_connection() -> Any:
            self.asked += 1
            if self.away:
                raise OSError("no route")
            return connect()

        monkeypatch.setattr(engine, "raw_connection", raw_connection)


def test_a_database_that_went_away_is_asked_once_and_found_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    connections = _Counting(desk.engine, monkeypatch)
    stream = desk.open()
    desk.write(make_entry(desk.here, stream, b"1"))
    assert connections.asked == 1

    _cut(desk)
    connections.away = True
    outcomes = desk.write(*(make_entry(desk.here, stream) for _ in range(50)))
    assert seqs(outcomes) == ["failed"] * 50
    assert connections.asked <= 3, "nobody waits fifty times for the same time-out"

    connections.away = False
    assert seqs(desk.write(make_entry(desk.here, stream, b"2"))) == [2]
    assert [body for _, _, body in desk.stored(stream)] == [b"1", b"2"]


def test_a_cut_connection_is_replaced_and_nothing_is_lost(desk: Desk) -> None:
    stream = desk.open()
    desk.write(make_entry(desk.here, stream, b"1"))
    _cut(desk)
    entries = [make_entry(desk.here, stream, body) for body in (b"2", b"3")]
    assert seqs(desk.write(*entries)) == [2, 3]
    assert [body for _, _, body in desk.stored(stream)] == [b"1", b"2", b"3"]


def _cut(desk: Desk) -> None:
    connection = desk.writer._connection
    assert connection is not None
    assert connection.driver_connection is not None
    connection.driver_connection.close()


def test_a_stream_whose_row_is_held_refuses_its_own_entries_in_order_and_no_others(
    database: Database, desk: Desk
) -> None:
    """PostgreSQL holds rows one by one; on SQLite one writer holds all, and all are refused after one time-out."""
    held, free = desk.open(), desk.open()
    outcomes = _while_held(database, desk, held, [held, free, held, free])
    if database.kind == "postgresql":
        assert outcomes == ["failed", 1, "failed", 2]
    else:
        assert outcomes == ["failed"] * 4
    assert seqs(desk.write(make_entry(desk.here, held))) == [1]


def test_inside_one_stream_no_entry_overtakes_one_that_failed_for_no_fault_of_its_own(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, other = desk.open(), desk.open()
    entries = [make_entry(desk.here, stream, b"1"), make_entry(desk.here, stream, b"2"), make_entry(desk.here, other)]
    write = desk.writer._write_group

    def fails_for_the_first(group: Any) -> Any:
        if entries[0] in group:
            raise desk.engine.dialect.loaded_dbapi.OperationalError("a moment")
        return write(group)

    monkeypatch.setattr(desk.writer, "_write_group", fails_for_the_first)
    assert seqs(desk.write(*entries)) == ["failed", "failed", 1]


def _while_held(database: Database, desk: Desk, held: UUID, streams: list[UUID]) -> list[int | str]:
    writer = JournalWriter(database.engine, desk.clock)
    with tenant_session(database.engine, desk.here) as session, session.begin(), closing(writer):
        _hold(session, held)
        _be_impatient(writer, database.kind)
        return seqs(writer.write([make_entry(desk.here, stream) for stream in streams]))


def _hold(session: Any, stream: UUID) -> None:
    from core.realtime.models import Stream

    assert session.find(Stream, stream, lock=True)


def _be_impatient(writer: JournalWriter, kind: str) -> None:
    """Waits 50 ms for a lock instead of 5 s, on every connection that the writer takes."""
    begin = writer._begin

    def impatient() -> Any:
        if writer._connection is None:
            writer._connection = writer._engine.raw_connection()
        short = "PRAGMA busy_timeout = 50" if kind == "sqlite" else "SET lock_timeout = '50ms'"
        writer._connection.cursor().execute(short)
        return begin()

    writer._begin = impatient  # type: ignore[method-assign]


def test_entries_compare_by_what_they_carry() -> None:
    entry = Entry(uuid4(), uuid4(), "seeker", uuid4(), "message", 1, b"x")
    assert entry.same_content(make_entry(uuid4(), uuid4(), b"x"))
    assert not entry.same_content(make_entry(uuid4(), uuid4(), b"y"))
