"""What the tests of the journal stand on: a writer on a database, two organisations, and a look at what was written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Engine, select

from core.realtime.journal_writer import Entry, JournalRefused, JournalWriter, Outcome, Receipt
from core.realtime.models import Stream, StreamEntry
from core.realtime.streams import close_stream, open_stream
from core.tenancy.session import tenant_session
from core.testing.clocks import FixedClock


def make_entry(
    tenant_id: UUID,
    stream_id: UUID,
    body: bytes = b"x",
    *,
    sender: str = "seeker",
    client_id: UUID | None = None,
    version: int = 1,
    kind: str = "message",
) -> Entry:
    """An entry; its client_id is new unless it is given."""
    return Entry(tenant_id, stream_id, sender, client_id or uuid4(), kind, version, body)


@dataclass(frozen=True, slots=True)
class Desk:
    """A writer, its database and clock, and two organisations."""

    engine: Engine
    writer: JournalWriter
    clock: FixedClock
    here: UUID
    there: UUID

    def open(self, tenant_id: UUID | None = None) -> UUID:
        """A new empty stream."""
        with tenant_session(self.engine, tenant_id or self.here) as session, session.begin():
            return open_stream(session, "test").id

    def close(self, stream_id: UUID) -> datetime:
        """Closes a stream here."""
        with tenant_session(self.engine, self.here) as session, session.begin():
            close_stream(session, stream_id, self.clock())
        return self.clock()

    def write(self, *entries: Entry) -> list[Outcome]:
        """Writes a group."""
        return self.writer.write(entries)

    def stored(self, stream_id: UUID, tenant_id: UUID | None = None) -> list[tuple[int, str, bytes]]:
        """Place, sender and body of what a stream holds, in order."""
        query = select(StreamEntry).where(StreamEntry.stream_id == stream_id).order_by(StreamEntry.seq)
        with tenant_session(self.engine, tenant_id or self.here, writes=False) as session, session.begin():
            return [(row.seq, row.sender, row.body) for row in session.scalars(query)]

    def last_seq(self, stream_id: UUID, tenant_id: UUID | None = None) -> int:
        """The number that the stream's row says was given last."""
        with tenant_session(self.engine, tenant_id or self.here, writes=False) as session, session.begin():
            return session.scalars(select(Stream.last_seq).where(Stream.id == stream_id)).one()

    def everything(self) -> int:
        """How many entries both organisations hold together."""
        count = 0
        for tenant_id in (self.here, self.there):
            with tenant_session(self.engine, tenant_id, writes=False) as session, session.begin():
                count += len(session.scalars(select(StreamEntry.id)).all())
        return count


def seqs(outcomes: Sequence[Outcome]) -> list[int | str]:
    """Each outcome in a word: the place in the stream, or the code of the refusal."""
    return [outcome.seq if isinstance(outcome, Receipt) else outcome.code for outcome in outcomes]


def receipt(outcome: Outcome) -> Receipt:
    """The outcome as a receipt. Raises AssertionError for a refusal."""
    assert isinstance(outcome, Receipt), outcome
    return outcome


def code(outcome: Outcome) -> str:
    """The code of a refusal. Raises AssertionError for a receipt."""
    assert isinstance(outcome, JournalRefused), outcome
    return outcome.code
