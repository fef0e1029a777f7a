"""What waits in the outbox: for tests of what a plugin tells others."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select

from core.events.models import OutboxEvent
from core.tenancy.session import tenant_session


@dataclass(frozen=True, slots=True)
class Waiting:
    """One event that is still to be told to one plugin, with the facts that it holds."""

    plugin: str
    name: str
    facts: dict[str, Any]


def waiting_events(engine: Engine, tenant_id: UUID) -> list[Waiting]:
    """What is still to be told at an organisation, in order."""
    with tenant_session(engine, tenant_id, writes=False) as session, session.begin():
        rows = session.scalars(select(OutboxEvent).order_by(OutboxEvent.position))
        return [Waiting(row.plugin, row.name, json.loads(row.payload)) for row in rows]
