"""Time is handed in as a value, so that a test can hold it still."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment: an aware datetime, always in UTC."""


def utc_now() -> datetime:
    """Return the present moment of the machine's clock, aware and in UTC."""
    return datetime.now(UTC)
