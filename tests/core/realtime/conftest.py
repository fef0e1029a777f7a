"""A desk to write at, on both databases."""

from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from core.realtime.journal_writer import JournalWriter
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.organisations import TwoTenants
from tests.core.realtime.writing import Desk


@pytest.fixture
def desk(database: Database, tenants: TwoTenants, clock: FixedClock) -> Iterator[Desk]:
    """A writer with its connection, given back at the end."""
    writer = JournalWriter(database.engine, clock)
    yield Desk(database.engine, writer, clock, tenants.a.id, tenants.b.id)
    writer.close()


@pytest.fixture(autouse=True)
def log() -> Iterator[list[Any]]:
    """What was logged, as events with their fields."""
    with capture_logs() as lines:
        yield lines
