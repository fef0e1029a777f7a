"""Examples of what the board has ids for: with them it is proved that organisations never mix."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import UUID

from core.api import TenantSession
from core.testing.people import add_helper

from .services.write import write_note


def note(session: TenantSession) -> UUID:
    """A note of somebody who works there."""
    return write_note(session, add_helper(session), "example", datetime.now(UTC)).id


EXAMPLES: Mapping[str, Callable[[TenantSession], UUID]] = {"note": note}
