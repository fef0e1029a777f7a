"""Examples of what the chat has ids for: with them the proof of P6 tries each route and event with a stranger's id."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

from core.api import TenantSession

from .services.join import join_queue
from .services.presence import mark_present


def conversation(session: TenantSession) -> UUID:
    """Somebody waits, whose page is there, and for so long that their turn has come by whatever clock one looks."""
    row = join_queue(session, uuid4().hex * 2, danger=False, now=datetime(2026, 1, 1, tzinfo=UTC))
    mark_present(session, row.id)
    return row.id


EXAMPLES: Mapping[str, Callable[[TenantSession], UUID]] = {"conversation": conversation}
