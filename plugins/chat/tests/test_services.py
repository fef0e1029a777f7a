"""Joining, taking and ending: each happens once, however many ask, and never across organisations."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TypeVar
from uuid import uuid4

import pytest
from sqlalchemy import select

from core.api import Stream, TenantSession

from ..models import BY_HELPER, BY_SEEKER, Conversation
from ..realtime.queue_news import SHOWN, helpers_view, places_of
from ..services.find import ahead_of, conversations_of_helper, count_waiting, open_conversation_of, waiting
from ..services.join import join_queue
from ..services.presence import mark_absent, mark_all_absent, mark_present
from .desk import Desk

T = TypeVar("T")


def _at_once(count: int, work: Callable[[int], T]) -> list[T]:
    """Runs `work(number)` in many threads, all from the same moment on."""
    start = Barrier(count)

    def run(number: int) -> T:
        start.wait(20)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_joining_makes_a_conversation_with_an_open_stream(desk: Desk) -> None:
    row = desk.join("ada", danger=True)
    assert (row.state, row.danger, row.joined_at, row.absent_since) == ("waiting", True, desk.clock(), None)
    stream = desk.do(lambda session: session.find(Stream, row.stream_id))
    assert stream is not None
    assert (stream.plugin, stream.closed_at) == ("chat", None)


def test_who_joins_is_away_until_their_page_is_heard(desk: Desk) -> None:
    row = desk.do(lambda session: join_queue(session, "ada", False, desk.clock()))
    assert row.absent_since == desk.clock()
    assert desk.do(count_waiting) == 0
    assert desk.take(row.id, desk.helper()) == "away"


def test_joining_twice_keeps_the_place(desk: Desk) -> None:
    first = desk.join("ada")
    desk.clock.advance(minutes=1)
    desk.join("bea")
    again = desk.join("ada", danger=True)
    assert (again.id, again.joined_at, again.danger) == (first.id, first.joined_at, False)
    assert desk.do(lambda session: len(waiting(session))) == 2


def test_two_pages_of_one_browser_that_join_at_once_share_one_place(desk: Desk) -> None:
    rows = _at_once(6, lambda _: desk.join("ada"))
    assert len({row.id for row in rows}) == 1
    assert desk.do(lambda session: len(session.scalars(select(Stream.id)).all())) == 1, "no stream is left over"


def test_after_an_end_one_may_join_anew(desk: Desk) -> None:
    first = desk.join("ada")
    desk.end(first.id, BY_SEEKER)
    assert desk.do(lambda session: open_conversation_of(session, "ada")) is None
    assert desk.join("ada").id != first.id


def test_the_same_browser_key_at_another_organisation_is_somebody_else(desk: Desk) -> None:
    here, there = desk.join("ada"), desk.join("ada", tenant_id=desk.there)
    assert here.id != there.id
    assert desk.do(lambda session: [row.id for row in waiting(session)]) == [here.id]
    assert desk.read(there.id) is None


def test_taking_gives_the_conversation_to_the_helper_and_puts_it_on_record(desk: Desk) -> None:
    row, noor = desk.join(danger=True), desk.helper()
    desk.clock.advance(minutes=2)
    taken = desk.take(row.id, noor)
    assert isinstance(taken, Conversation)
    stored = desk.read(row.id)
    assert stored is not None
    facts = (stored.state, stored.helper_id, stored.helper_alias, stored.taken_at, stored.danger)
    assert facts == ("talking", noor.id, "Noor", desk.clock(), None), "what the queue had in clear is emptied"
    assert desk.deeds() == [(noor.id, "chat.conversation_taken")]
    assert desk.do(lambda session: [it.id for it in conversations_of_helper(session, noor.id)]) == [row.id]


@pytest.mark.parametrize("helpers", [8])
def test_of_many_helpers_at_once_exactly_one_gets_it(desk: Desk, helpers: int) -> None:
    row = desk.join()
    people = [desk.helper(f"Noor{number}") for number in range(helpers)]
    answers = _at_once(helpers, lambda number: desk.take(row.id, people[number]))
    assert sorted(answer for answer in answers if isinstance(answer, str)) == ["taken"] * (helpers - 1)
    (winner,) = (answer for answer in answers if isinstance(answer, Conversation))
    stored = desk.read(row.id)
    assert stored is not None
    assert stored.helper_id == winner.helper_id
    assert desk.deeds() == [(stored.helper_id, "chat.conversation_taken")]


def test_asking_again_for_ones_own_conversation_gives_it_again_and_records_nothing(desk: Desk) -> None:
    row, noor, sem = desk.join(), desk.helper(), desk.helper("Sem")
    desk.take(row.id, noor)
    assert isinstance(desk.take(row.id, noor), Conversation)
    assert desk.take(row.id, sem) == "taken"
    assert len(desk.deeds()) == 1


def test_who_is_away_cannot_be_taken_until_back(desk: Desk) -> None:
    row, noor = desk.join(), desk.helper()
    desk.do(lambda session: mark_absent(session, row.id, desk.clock()))
    assert desk.take(row.id, noor) == "away"
    desk.do(lambda session: mark_present(session, row.id))
    assert isinstance(desk.take(row.id, noor), Conversation)


def test_what_is_over_never_was_or_is_anothers_cannot_be_taken(desk: Desk) -> None:
    row, noor = desk.join(), desk.helper()
    theirs = desk.join(tenant_id=desk.there)
    desk.end(row.id, BY_SEEKER)
    assert [desk.take(it, noor) for it in (row.id, theirs.id, uuid4())] == ["not_found"] * 3
    untouched = desk.read(theirs.id, desk.there)
    assert untouched is not None
    assert (untouched.state, desk.deeds()) == ("waiting", [])


def test_ending_closes_the_stream_and_happens_once(desk: Desk) -> None:
    row, noor = desk.join(danger=True), desk.helper()
    desk.take(row.id, noor)
    desk.clock.advance(minutes=5)
    assert desk.end(row.id, BY_HELPER)
    moment = desk.clock()
    desk.clock.advance(minutes=1)
    assert not desk.end(row.id, BY_SEEKER)
    stored = desk.read(row.id)
    assert stored is not None
    assert (stored.state, stored.ended_by, stored.ended_at) == ("ended", "helper", moment)
    stream = desk.do(lambda session: session.find(Stream, row.stream_id))
    assert stream is not None
    assert stream.closed_at == moment
    assert [action for _, action in desk.deeds()] == ["chat.conversation_taken", "chat.conversation_ended"]


def test_when_both_sides_end_at_once_one_of_them_did(desk: Desk) -> None:
    row, noor = desk.join(), desk.helper()
    desk.take(row.id, noor)
    sides = [BY_HELPER, BY_SEEKER] * 3
    answers = _at_once(len(sides), lambda number: desk.end(row.id, sides[number]))
    assert answers.count(True) == 1
    stored = desk.read(row.id)
    assert stored is not None
    assert stored.ended_by == sides[answers.index(True)]
    ended = [action for _, action in desk.deeds()].count("chat.conversation_ended")
    assert ended == (stored.ended_by == BY_HELPER)


def test_taking_and_leaving_at_once_never_leaves_half_a_conversation(desk: Desk) -> None:
    for _ in range(5):
        row, noor = desk.join(), desk.helper()
        work: list[Callable[[], object]] = [
            lambda row=row, noor=noor: desk.take(row.id, noor),  # type: ignore[misc]
            lambda row=row: desk.end(row.id, BY_SEEKER),  # type: ignore[misc]
        ]
        _at_once(2, lambda number, work=work: work[number]())  # type: ignore[misc]
        stored = desk.read(row.id)
        assert stored is not None
        assert (stored.state, stored.danger) == ("ended", None)


def test_places_pass_over_who_is_away_and_keep_their_place(desk: Desk) -> None:
    rows = []
    for _ in range(4):
        rows.append(desk.join())
        desk.clock.advance(seconds=1)
    desk.do(lambda session: mark_absent(session, rows[1].id, desk.clock()))
    found = desk.do(waiting)
    assert [row.id for row in found] == [row.id for row in rows]
    assert [places_of(found)[row.id] for row in rows] == [0, 1, 1, 2]
    assert [desk.do(partial(ahead_of, conversation=row)) for row in rows] == [0, 1, 1, 2]
    assert desk.do(count_waiting) == 3
    desk.do(lambda session: mark_present(session, rows[1].id))
    assert [places_of(desk.do(waiting))[row.id] for row in rows] == [0, 1, 2, 3]


def test_helpers_see_number_and_time_and_no_name(desk: Desk) -> None:
    first = desk.join("a" * 64, danger=True)
    desk.clock.advance(seconds=90)
    second = desk.join("b" * 64)
    desk.do(lambda session: mark_absent(session, second.id, desk.clock()))
    view = helpers_view(desk.do(waiting), desk.clock())
    assert view == {
        "total": 1,
        "waiting": [
            {"conversation": str(first.id), "waited": 90, "danger": True, "present": True},
            {"conversation": str(second.id), "waited": 0, "danger": False, "present": False},
        ],
    }
    assert "a" * 64 not in str(view)


def test_a_long_queue_is_counted_whole_and_shown_in_part(desk: Desk) -> None:
    def crowd(session: TenantSession) -> None:
        for number in range(SHOWN + 3):
            mark_present(session, join_queue(session, f"seeker{number}", False, desk.clock()).id)

    desk.do(crowd)
    view = helpers_view(desk.do(waiting), desk.clock())
    assert (view["total"], len(view["waiting"])) == (SHOWN + 3, SHOWN)


def test_after_a_restart_nobody_is_there_until_their_page_comes_back(desk: Desk) -> None:
    gone, ended, theirs = desk.join(), desk.join(), desk.join(tenant_id=desk.there)
    away_since = desk.clock()
    desk.do(lambda session: mark_absent(session, gone.id, away_since))
    here = desk.join()
    desk.end(ended.id, BY_SEEKER)
    moment = desk.clock.advance(minutes=1)
    desk.do(lambda session: mark_all_absent(session, moment))
    found = {row.id: row.absent_since for row in desk.do(lambda session: session.scalars(select(Conversation)).all())}
    assert found == {gone.id: away_since, here.id: moment, ended.id: None}
    other = desk.read(theirs.id, desk.there)
    assert other is not None
    assert other.absent_since is None


def test_presence_of_what_is_over_changes_nothing(desk: Desk) -> None:
    row = desk.join()
    desk.end(row.id, BY_SEEKER)
    desk.do(lambda session: mark_absent(session, row.id, desk.clock()))
    stored = desk.read(row.id)
    assert stored is not None
    assert stored.absent_since is None
