"""A clock that stands still until it is told to move."""

from datetime import UTC, datetime, timedelta


class FixedClock:
    """A Clock (call it for the present moment) that moves only by `advance`."""

    def __init__(self, now: datetime | None = None) -> None:
        """Stands at `now` (aware), by default a Tuesday afternoon in November."""
        self.now = now or datetime(2026, 11, 17, 15, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the present moment."""
        return self.now

    def advance(self, **duration: float) -> datetime:
        """Move on, as in `advance(minutes=10)`, and return the new moment."""
        self.now += timedelta(**duration)
        return self.now
