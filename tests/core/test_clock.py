"""The clock tells aware time in UTC."""

from datetime import UTC, datetime, timedelta

from core.clock import utc_now


def test_now_is_aware_utc_and_runs() -> None:
    first, real, second = utc_now(), datetime.now(UTC), utc_now()
    assert first.utcoffset() == timedelta(0)
    assert first <= real <= second
