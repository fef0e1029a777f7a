"""Services over streams, for plugins: open one, close it, read on from a place, delete it. Writing is the journal's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from core.realtime.models import Stream, StreamEntry
from core.tenancy.session import TenantSession

PAGE = 100
"""How many entries one page holds at most."""


@dataclass(frozen=True, slots=True)
class Page:
    """Entries in order, and whether there are more after the last."""

    entries: Sequence[StreamEntry]
    more: bool


def open_stream(session: TenantSession, plugin: str) -> Stream:
    """Opens an empty stream for a plugin."""
    stream = Stream(plugin=plugin)
    session.add(stream)
    session.flush()
    return stream


def close_stream(session: TenantSession, stream_id: UUID, now: datetime) -> None:
    """From this transaction's commit on the journal refuses further entries."""
    session.execute(update(Stream).where(Stream.id == stream_id, Stream.closed_at.is_(None)).values(closed_at=now))


def entries_after(session: TenantSession, stream_id: UUID, seq: int) -> Page:
    """The entries after `seq`, at most `PAGE`, in order."""
    query = (
        select(StreamEntry)
        .where(StreamEntry.stream_id == stream_id, StreamEntry.seq > seq)
        .order_by(StreamEntry.seq)
        .limit(PAGE + 1)
    )
    found = session.scalars(query).all()
    return Page(found[:PAGE], len(found) > PAGE)


def delete_stream(session: TenantSession, stream_id: UUID) -> None:
    """Deletes a stream with all its entries."""
    session.execute(delete(StreamEntry).where(StreamEntry.stream_id == stream_id))
    session.execute(delete(Stream).where(Stream.id == stream_id))
