"""Streams for plugins: opened empty, read on in pages, closed once, deleted whole, and never a stranger's."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from core.realtime.models import Stream
from core.realtime.streams import PAGE, close_stream, delete_stream, entries_after
from core.tenancy.session import tenant_session
from tests.core.realtime.writing import Desk, make_entry


def _page(desk: Desk, stream: UUID, after: int, tenant_id: UUID | None = None) -> tuple[list[int], bool]:
    with tenant_session(desk.engine, tenant_id or desk.here, writes=False) as session, session.begin():
        page = entries_after(session, stream, after)
        return [entry.seq for entry in page.entries], page.more


def _stream(desk: Desk, stream: UUID) -> Stream | None:
    with tenant_session(desk.engine, desk.here, writes=False) as session, session.begin():
        return session.scalars(select(Stream).where(Stream.id == stream)).one_or_none()


def test_a_new_stream_is_open_empty_and_its_plugins(desk: Desk) -> None:
    stream = desk.open()
    row = _stream(desk, stream)
    assert row is not None
    assert (row.plugin, row.last_seq, row.closed_at, row.tenant_id) == ("test", 0, None, desk.here)
    assert _page(desk, stream, 0) == ([], False)


def test_entries_are_read_on_in_pages(desk: Desk) -> None:
    stream, other = desk.open(), desk.open()
    desk.write(*(make_entry(desk.here, stream) for _ in range(PAGE + 5)), make_entry(desk.here, other))
    assert _page(desk, stream, 0) == (list(range(1, PAGE + 1)), True)
    assert _page(desk, stream, PAGE) == (list(range(PAGE + 1, PAGE + 6)), False)
    assert _page(desk, stream, 5) == (list(range(6, PAGE + 6)), False), "a page that is exactly full is the last one"
    assert _page(desk, stream, PAGE + 5) == ([], False)
    assert _page(desk, stream, 2**53) == ([], False)


@pytest.mark.promise_p6
def test_a_strangers_stream_reads_as_one_that_never_was(desk: Desk) -> None:
    theirs = desk.open(desk.there)
    desk.write(make_entry(desk.there, theirs))
    assert _page(desk, theirs, 0) == _page(desk, uuid4(), 0) == ([], False)
    assert _page(desk, theirs, 0, desk.there) == ([1], False)


def test_closing_twice_keeps_the_first_moment(desk: Desk) -> None:
    stream = desk.open()
    moment = desk.close(stream)
    desk.clock.advance(minutes=1)
    desk.close(stream)
    row = _stream(desk, stream)
    assert row is not None
    assert row.closed_at == moment


def test_deleting_takes_the_entries_along_and_no_others(desk: Desk) -> None:
    stream, other = desk.open(), desk.open()
    desk.write(*(make_entry(desk.here, place) for place in (stream, other, stream)))
    with tenant_session(desk.engine, desk.here) as session, session.begin():
        delete_stream(session, stream)
    assert _stream(desk, stream) is None
    assert (_page(desk, stream, 0), _page(desk, other, 0)) == (([], False), ([1], False))
    assert desk.everything() == 1


@pytest.mark.promise_p6
def test_nobody_closes_or_deletes_a_strangers_stream(desk: Desk) -> None:
    theirs = desk.open(desk.there)
    desk.write(make_entry(desk.there, theirs))
    with tenant_session(desk.engine, desk.here) as session, session.begin():
        close_stream(session, theirs, desk.clock())
        delete_stream(session, theirs)
    assert _page(desk, theirs, 0, desk.there) == ([1], False)
    desk.write(make_entry(desk.there, theirs, b"still open"))
    assert desk.last_seq(theirs, desk.there) == 2
