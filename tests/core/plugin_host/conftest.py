"""A workshop for throw-away plugins."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.testing.throwaway import Workshop, workshop_in


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """Makes plugins in a folder of this test."""
    with workshop_in(tmp_path / "plugins") as opened:
        yield opened
