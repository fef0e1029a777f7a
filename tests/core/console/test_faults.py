"""The book of faults: kind, place and number of what went wrong; never what an error says."""

from pathlib import Path

import pytest

from core.console.faults import KEPT, FaultBook
from core.plugin_host.budgets import BudgetNews
from core.testing.clocks import FixedClock

RAISED = BudgetNews("raised", "tea", "add_badges", "boom", 1.0, "ValueError")
SLOW = BudgetNews("over budget", "tea", "add_badges", "boom", 900.0)


@pytest.fixture(name="book")
def _book(clock: FixedClock) -> FaultBook:
    return FaultBook(clock, {"tea": Path(__file__).parent})


def fail(book: FaultBook, news: BudgetNews = RAISED) -> None:
    try:
        raise ValueError("a secret about 203.0.113.9")
    except ValueError:
        book.hear(news)


def test_the_place_is_a_line_of_the_plugins_own_code(book: FaultBook) -> None:
    fail(book)
    (fault,) = book.faults()
    assert fault.place.startswith("test_faults.py:")
    assert "secret" not in repr(fault)


def test_the_same_fault_is_counted_and_another_stands_before_it(book: FaultBook, clock: FixedClock) -> None:
    fail(book)
    clock.advance(minutes=1)
    book.hear(SLOW)
    clock.advance(minutes=1)
    fail(book)
    assert [(fault.what, fault.times) for fault in book.faults()] == [("raised", 2), ("over budget", 1)]
    assert book.faults()[0].last == clock()


def test_a_slow_answer_has_no_place(book: FaultBook) -> None:
    book.hear(SLOW)
    assert [(fault.kind, fault.place) for fault in book.faults()] == [("", "")]


@pytest.mark.parametrize("what", ["paused", "asked again"])
def test_a_pause_is_no_fault(book: FaultBook, what: str) -> None:
    book.hear(BudgetNews(what, "tea", "add_badges", "boom", 1.0))  # type: ignore[arg-type]
    assert book.faults() == ()


def test_the_oldest_goes_when_there_are_too_many(book: FaultBook) -> None:
    for number in range(KEPT + 5):
        book.hear(BudgetNews("over budget", f"plugin{number}", "add_badges", "boom", 900.0))
    assert len(book.faults()) == KEPT
    assert book.faults()[-1].plugin == "plugin5"


def test_code_outside_the_plugin_is_not_its_place(clock: FixedClock, tmp_path: Path) -> None:
    book = FaultBook(clock, {"tea": tmp_path})
    fail(book)
    assert book.faults()[0].place == ""
