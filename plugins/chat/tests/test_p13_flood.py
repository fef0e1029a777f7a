"""P13: floods wait, people do not. The chat's door in a whole installation, on both databases."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from core.testing.app import OTHER, WITH, App, site
from core.testing.clocks import FixedClock
from core.testing.work import solve

pytestmark = pytest.mark.promise_p13

BUSY = 3


def cookie() -> str:
    """A new browser session."""
    return f"seeker={uuid4().hex}{'z' * 11}"


class House:
    """A chat at which three beginnings in a minute are many."""

    def __init__(self, app: App) -> None:
        self.app = app
        app.set(WITH, "chat", "busy_starts", BUSY)

    def ask(self, who: str, slug: str = WITH, danger: str = "no", **brought: str) -> Any:
        return self.app.ask(site(slug), "/hier/wachten", "POST", who, danger=danger, **brought).json

    def rush(self) -> Any:
        """Three come in; gives what the fourth is asked."""
        for _ in range(BUSY):
            assert "conversation" in self.ask(cookie())
        return self.ask(cookie())["first"]


@pytest.fixture
def house(app: App) -> House:
    return House(app)


def test_a_flood_is_asked_for_work_and_people_come_in_with_it(
    house: House, promise_report: Callable[[str], None]
) -> None:
    first = house.rush()
    flood = [house.ask(cookie()) for _ in range(20)]
    assert all(set(answer) == {"first"} for answer in flood)
    work = solve(first["work"])
    answers = [house.ask(cookie(), work=work) for _ in range(3)]
    assert ["conversation" in answer for answer in answers] == [True, False, False], "one piece of work, one beginning"
    assert "conversation" in house.ask(cookie(), OTHER), "elsewhere it is quiet"
    house.app.set(OTHER, "chat", "busy_starts", 1)
    house.ask(cookie(), OTHER)
    foreign = solve(house.ask(cookie(), OTHER)["first"]["work"])
    assert set(house.ask(cookie(), work=foreign)) == {"first"}, "work for another organisation"
    for nonsense in ("x", "é" * 10, "A" * 4000, work[:-9], ""):
        assert set(house.ask(cookie(), work=nonsense, ticket=nonsense)) == {"first"}
    promise_report("20 of 20 of a flood kept out; work counts once, here, for this; elsewhere nobody notices")


def test_who_cannot_work_waits_shortly(house: House, clock: FixedClock) -> None:
    first, anna = house.rush(), cookie()
    assert first["wait"] == 20
    assert set(house.ask(anna, ticket=first["ticket"])) == {"first"}, "too early"
    clock.advance(seconds=20)
    assert "conversation" in house.ask(anna, ticket=first["ticket"])
    assert set(house.ask(cookie(), ticket=first["ticket"])) == {"first"}, "it was used"


def test_nobody_in_danger_and_nobody_who_comes_back_is_asked(house: House) -> None:
    anna = cookie()
    place = house.ask(anna)
    assert "conversation" in place
    for _ in range(BUSY - 1):
        house.ask(cookie())
    assert set(house.ask(cookie())) == {"first"}
    assert house.ask(anna) == place, "a place is a place"
    for _ in range(5):
        assert "conversation" in house.ask(cookie(), danger="yes")
