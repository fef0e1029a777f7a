"""A desk on both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.api import KeyRing
from core.testing.clocks import FixedClock
from core.testing.installations import make_installation
from core.testing.organisations import TwoTenants

from .desk import Desk


@pytest.fixture
def desk(configuration: Any, tenants: TwoTenants, clock: FixedClock, tmp_path: Path) -> Iterator[Desk]:
    """Two organisations, nobody in the queue."""
    engine = make_installation(configuration, clock).engine
    yield Desk(engine, clock, KeyRing(tmp_path / "keys"), tenants.a.id, tenants.b.id)
    engine.dispose()
