"""What the worker asks of the outbox: what is next, that it was told, that it failed, what was set aside."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import ColumnElement, delete, func, select, update

from core.events.models import OutboxEvent
from core.events.payload import from_json
from core.hookspecs.values import EventTold, EventType, Subscription
from core.tenancy.session import TenantSession

WAITS = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 30, 120, 600, 3600, 6 * 3600))
"""How long to wait after each failure; after one more the event is set aside."""


@dataclass(frozen=True, slots=True)
class Due:
    """The next event of one plugin at one organisation."""

    tenant_id: UUID
    row_id: UUID
    plugin: str
    name: str


class ToldAlready(Exception):
    """Somebody else has told this event meanwhile: what was done here is undone."""


def heads(session: TenantSession, plugins: Collection[str], now: datetime) -> list[Due]:
    """The next event of each plugin, unless it still waits after a failure. Later events wait behind it."""
    first = (
        select(func.min(OutboxEvent.position))
        .where(OutboxEvent.plugin.in_(plugins), OutboxEvent.set_aside_at.is_(None))
        .group_by(OutboxEvent.plugin)
    )
    positions = [position for position in session.scalars(first) if position is not None]
    if not positions:
        return []
    rows = session.scalars(select(OutboxEvent).where(OutboxEvent.position.in_(positions)))
    return [Due(session.tenant_id, row.id, row.plugin, row.name) for row in rows if _is_due(row, now)]


def still_due(session: TenantSession, row_id: UUID, now: datetime) -> bool:
    """Whether an event that was due when it was looked for is so still: somebody may have tried it in between."""
    row = session.find(OutboxEvent, row_id)
    return row is not None and _is_due(row, now)


def _is_due(row: OutboxEvent, now: datetime) -> bool:
    return row.set_aside_at is None and (row.retry_at is None or row.retry_at <= now)


def tell_row(session: TenantSession, row_id: UUID, kind: EventType, subscription: Subscription) -> None:
    """Tells one event within the session's transaction, and takes its row away in the same one.

    So what a handler writes stays exactly when the event counts as told. Raises whatever the handler raises, and
    ToldAlready when the event is gone, or goes to somebody else meanwhile.
    """
    row = session.find(OutboxEvent, row_id)
    if row is None:
        raise ToldAlready
    version, value = from_json(kind, row.version, row.payload)
    subscription.handler(session, EventTold(row.event_id, row.name, version, row.at, value))
    drop_row(session, row_id)


def drop_row(session: TenantSession, row_id: UUID) -> None:
    """Takes an event away. Raises ToldAlready when it is gone."""
    query = delete(OutboxEvent).where(OutboxEvent.id == row_id).returning(OutboxEvent.id)
    if session.scalars(query.execution_options(synchronize_session=False)).first() is None:
        raise ToldAlready


def note_failure(session: TenantSession, row_id: UUID, error: str, now: datetime) -> bool:
    """Puts a failed telling on record and says when to try again; True when the event was set aside instead."""
    row = session.find(OutboxEvent, row_id, lock=True)
    if row is None:
        return False
    row.error, row.attempts = error[:300], row.attempts + 1
    if row.attempts > len(WAITS):
        row.set_aside_at, row.retry_at = now, None
        return True
    row.retry_at = now + WAITS[row.attempts - 1]
    return False


def put_back(session: TenantSession, plugin: str) -> int:
    """Has what was set aside for a plugin told again, in its old place; returns how many events that are."""
    query = (
        update(OutboxEvent)
        .where(OutboxEvent.plugin == plugin, OutboxEvent.set_aside_at.is_not(None))
        .values(set_aside_at=None, attempts=0, retry_at=None)
        .returning(OutboxEvent.id)
    )
    return len(session.scalars(query.execution_options(synchronize_session=False)).all())


def troubles(session: TenantSession, plugin: str) -> Sequence[OutboxEvent]:
    """What could not be told to a plugin so far, oldest first: tried again, or set aside."""
    query = select(OutboxEvent).where(OutboxEvent.plugin == plugin, OutboxEvent.attempts > 0)
    return session.scalars(query.order_by(OutboxEvent.position)).all()


def forget_events(session: TenantSession, before: datetime) -> int:
    """Deletes events of before that moment, told or not; returns how many went."""
    return _delete(session, OutboxEvent.at <= before)


def forget_plugin(session: TenantSession, plugin: str) -> int:
    """Deletes what is still to be told to a plugin; returns how many events that were."""
    return _delete(session, OutboxEvent.plugin == plugin)


def _delete(session: TenantSession, condition: ColumnElement[bool]) -> int:
    query = delete(OutboxEvent).where(condition).returning(OutboxEvent.id)
    return len(session.scalars(query.execution_options(synchronize_session=False)).all())


def repeatable_id(told: EventTold, purpose: str) -> UUID:
    """An id that is the same each time this event is told: for the row or the letter that a handler makes of it.

    A row with this id is found (`session.find`) when the event comes again; a letter's or a call's key that is sent
    twice is recognised by whoever gets it.
    """
    return uuid5(NAMESPACE_OID, f"{told.id}|{purpose}")
