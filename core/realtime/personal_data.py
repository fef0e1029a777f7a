"""What streams still hold of plugins that are gone: nobody else would hand it over or erase it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select

from core.hookspecs.values import PersonalData
from core.realtime.models import Stream, StreamEntry
from core.tenancy.session import TenantSession


def abandoned_streams(installed: Collection[str]) -> PersonalData:
    """Streams whose plugin is not installed any more; those of an installed one are the plugin's to hand over."""
    theirs = select(Stream.id).where(Stream.plugin.not_in(installed))

    def export(session: TenantSession) -> Iterable[Mapping[str, Any]]:
        query = (
            select(Stream.plugin, StreamEntry)
            .join(StreamEntry, StreamEntry.stream_id == Stream.id)
            .where(Stream.plugin.not_in(installed))
            .order_by(StreamEntry.stream_id, StreamEntry.seq)
        )
        for plugin, entry in session.execute(query):
            yield {"of": plugin, "stream": entry.stream_id, "seq": entry.seq, "sender": entry.sender,
                   "kind": entry.kind, "at": entry.at, "body": entry.body}  # fmt: skip

    def erase(session: TenantSession) -> int:
        gone = delete(StreamEntry).where(StreamEntry.stream_id.in_(theirs)).returning(StreamEntry.id)
        count = len(session.scalars(gone.execution_options(synchronize_session=False)).all())
        streams = delete(Stream).where(Stream.plugin.not_in(installed))
        session.execute(streams.execution_options(synchronize_session=False))
        return count

    return PersonalData("core.streams", "What was written in streams of plugins that are gone.", (), export, erase)
