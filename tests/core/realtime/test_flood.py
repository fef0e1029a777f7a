"""How much one socket may say: a burst, then a steady trickle, by a clock that only goes forward."""

from hypothesis import given
from hypothesis import strategies as st

from core.realtime.flood import BURST, PER_SECOND, Allowance


class _Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _taken(allowance: Allowance, wanted: int) -> int:
    return sum(allowance.take() for _ in range(wanted))


def test_a_full_bucket_gives_its_burst_and_no_more() -> None:
    assert _taken(Allowance(5, 2.0, _Clock()), 20) == 5
    assert _taken(Allowance(clock=_Clock()), BURST * 2) == BURST


def test_it_fills_up_steadily_and_never_over_its_burst() -> None:
    clock = _Clock()
    allowance = Allowance(5, 2.0, clock)
    _taken(allowance, 5)
    clock.now += 0.4
    assert not allowance.take()
    clock.now += 0.1
    assert allowance.take()
    clock.now += 3600
    assert _taken(allowance, 20) == 5


def test_refused_events_cost_nothing() -> None:
    clock = _Clock()
    allowance = Allowance(1, 1.0, clock)
    assert allowance.take()
    for _ in range(9):
        clock.now += 0.1
        assert not allowance.take()
    clock.now += 0.11
    assert allowance.take()


@given(st.lists(st.floats(0, 3), max_size=40))
def test_over_any_time_it_gives_at_most_burst_and_rate(pauses: list[float]) -> None:
    clock = _Clock()
    allowance = Allowance(5, PER_SECOND, clock)
    taken = 0
    for pause in pauses:
        clock.now += pause
        taken += _taken(allowance, 200)
        assert taken <= 5 + PER_SECOND * (clock.now - 1000.0) + 1e-6
