"""How the journal writes: below the ORM, on its own connection, one group in one transaction.

This is a named exception to the tenant session (docs/decisions): it writes for many organisations in one transaction.
Every statement names the organisation, on PostgreSQL row-level security is set for each in turn, and keys do the rest.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import Engine
from sqlalchemy.pool import PoolProxiedConnection

from core.clock import Clock
from core.realtime.models import StreamEntry

log = structlog.get_logger("luwte.journal")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as its sender made it. `body` is opaque bytes."""

    tenant_id: UUID
    stream_id: UUID
    sender: str
    client_id: UUID
    kind: str
    version: int
    body: bytes

    def same_content(self, other: "Entry") -> bool:
        """Whether a second entry with this client_id repeats this one."""
        return (self.kind, self.version, self.body) == (other.kind, other.version, other.body)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The entry is committed: its place in the stream and its time. `repeated`: it had been written before."""

    seq: int
    at: datetime
    repeated: bool = False


class JournalRefused(Exception):
    """An entry was not written. `code`: `busy`, `ended`, `client_id_reused` or `failed`."""

    def __init__(self, code: str) -> None:
        """`code` tells the sender why."""
        super().__init__(code)
        self.code = code


Outcome = Receipt | JournalRefused


class _Away(Exception):
    """The database cannot be reached, or does not let anybody write: no entry is at fault."""


_TAKE = (
    "UPDATE stream SET last_seq = last_seq + :n "
    "WHERE tenant_id = :tenant AND id = :stream AND closed_at IS NULL RETURNING last_seq"
)
_GIVE_BACK = "UPDATE stream SET last_seq = last_seq - :n WHERE tenant_id = :tenant AND id = :stream"
_KNOWN = (
    "SELECT sender, client_id, seq, at, kind, version, body FROM stream_entry "
    "WHERE tenant_id = :tenant AND stream_id = :stream AND client_id = :client_id AND sender = :sender"
)
_INSERT = (
    "INSERT INTO stream_entry (tenant_id, id, stream_id, seq, sender, client_id, kind, version, body, at) "
    "VALUES (:tenant, :id, :stream, :seq, :sender, :client_id, :kind, :version, :body, :at)"
)


class JournalWriter:
    """Writes groups of entries. Used by one thread."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        """Takes its connection from `engine` at the first group, and a new one after a failure."""
        self._engine = engine
        self._clock = clock
        self._connection: PoolProxiedConnection | None = None
        self._postgres = engine.dialect.name == "postgresql"
        statements = (_TAKE, _GIVE_BACK, _KNOWN, _INSERT)
        self._take, self._give_back, self._known, self._insert = (self._spelled(text) for text in statements)
        dialect = engine.dialect
        self._bind_uuid = StreamEntry.__table__.c.id.type.dialect_impl(dialect).bind_processor(dialect) or _as_is
        self._bind_time = StreamEntry.__table__.c.at.type.dialect_impl(dialect).bind_processor(dialect) or _as_is
        self._read_time: Callable[[Any], Any] = (
            StreamEntry.__table__.c.at.type.dialect_impl(dialect).result_processor(dialect, None) or _as_is
        )

    def _spelled(self, statement: str) -> str:
        return re.sub(r":(\w+)", r"%(\1)s", statement) if self._postgres else statement

    def close(self) -> None:
        """Gives the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def write(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Writes a group in one transaction and gives each entry's outcome, in the order given.

        A group that fails is written again entry by entry, so that only the one at fault is refused. It never raises:
        the journal's thread serves everybody, and must outlive any entry.
        """
        try:
            return self._write_group(entries)
        except Exception as error:
            log.warning("journal group failed", count=len(entries), exc_info=error)
            self._drop_connection()
            return self._write_apart(entries)

    def _write_apart(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Writes entry by entry. Where the database is what fails, the rest is refused at once.

        Otherwise each entry would wait for the same time-out; and inside one stream a later entry would overtake.
        """
        outcomes: list[Outcome] = []
        stuck: set[UUID] = set()
        away = False
        for entry in entries:
            if away or entry.stream_id in stuck:
                outcomes.append(JournalRefused("failed"))
                continue
            try:
                outcomes.append(self._write_alone(entry))
            except _Away:
                away = True
                outcomes.append(JournalRefused("failed"))
            except self._engine.dialect.loaded_dbapi.OperationalError:
                stuck.add(entry.stream_id)
                outcomes.append(JournalRefused("failed"))
        return outcomes

    def _write_alone(self, entry: Entry) -> Outcome:
        """Writes one entry. Raises _Away or the driver's OperationalError where the entry is not at fault.

        The receipt never says `repeated`: a failed group may have been committed after all, and nobody has told it yet.
        """
        try:
            outcome = self._write_group([entry])[0]
        except Exception as error:
            log.error("journal entry failed", exc_info=error)
            self._drop_connection()
            if isinstance(error, _Away | self._engine.dialect.loaded_dbapi.OperationalError):
                raise
            return JournalRefused("failed")
        return Receipt(outcome.seq, outcome.at) if isinstance(outcome, Receipt) else outcome

    def _drop_connection(self) -> None:
        if self._connection is None:
            return
        connection, self._connection = self._connection, None
        with suppress(Exception):
            # SQLite holds its lock as long as a cursor lives, closed connection or not: the error's traceback has one.
            connection.rollback()
        connection.invalidate()

    def _begin(self) -> tuple[PoolProxiedConnection, Any]:
        try:
            if self._connection is None:
                self._connection = self._engine.raw_connection()
            cursor = self._connection.cursor()
            if not self._postgres:
                cursor.execute("BEGIN IMMEDIATE")
        except Exception as error:
            raise _Away from error
        return self._connection, cursor

    def _write_group(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Repeats are rare: whether there is one, the insert itself says. Only then is each entry looked up first."""
        try:
            return self._write_once(entries, look_first=False)
        except self._engine.dialect.loaded_dbapi.IntegrityError:
            if self._connection is not None:
                self._connection.rollback()
            return self._write_once(entries, look_first=True)

    def _write_once(self, entries: Sequence[Entry], *, look_first: bool) -> list[Outcome]:
        connection, cursor = self._begin()
        outcomes: dict[int, Outcome] = {}
        for tenant_id, stream_id, numbered in _by_stream(entries):
            if self._postgres:
                cursor.execute("SELECT set_config('luwte.tenant', %s, true)", (str(tenant_id),))
            outcomes.update(self._write_stream(cursor, tenant_id, stream_id, numbered, look_first=look_first))
        connection.commit()
        cursor.close()
        return [outcomes[number] for number in range(len(entries))]

    def _write_stream(
        self, cursor: Any, tenant_id: UUID, stream_id: UUID, numbered: list[tuple[int, Entry]], *, look_first: bool
    ) -> dict[int, Outcome]:
        """Writes one stream's part of the group. The update holds its row: nobody else writes to it meanwhile.

        In a stream that is closed nothing is inserted that could tell of a repeat: there each entry is looked up.
        """
        place = {"tenant": self._bind_uuid(tenant_id), "stream": self._bind_uuid(stream_id)}
        taken = cursor.execute(self._take, {**place, "n": len(numbered)}).fetchone()
        first_seq = taken[0] - len(numbered) + 1 if taken else None
        writing = _StreamGroup(first_seq, self._clock())
        look = look_first or taken is None
        for number, entry in numbered:
            writing.add(number, entry, self._already_there(cursor, place, entry) if look else None)
        if writing.rows:
            cursor.executemany(self._insert, [self._row(place, entry, seq, writing.now) for entry, seq in writing.rows])
        if taken and len(writing.rows) < len(numbered):
            cursor.execute(self._give_back, {**place, "n": len(numbered) - len(writing.rows)})
        return writing.outcomes

    def _already_there(self, cursor: Any, place: dict[str, Any], entry: Entry) -> "tuple[Entry, Receipt] | None":
        values = {**place, "client_id": self._bind_uuid(entry.client_id), "sender": entry.sender}
        row = cursor.execute(self._known, values).fetchone()
        if row is None:
            return None
        known = Entry(entry.tenant_id, entry.stream_id, row[0], entry.client_id, row[4], row[5], bytes(row[6]))
        return known, Receipt(row[2], self._stored_time(row[3]), repeated=True)

    def _stored_time(self, value: Any) -> datetime:
        moment: datetime = self._read_time(value)
        return moment

    def _row(self, place: dict[str, Any], entry: Entry, seq: int, now: datetime) -> dict[str, Any]:
        return {
            **place,
            "id": self._bind_uuid(uuid4()),
            "seq": seq,
            "sender": entry.sender,
            "client_id": self._bind_uuid(entry.client_id),
            "kind": entry.kind,
            "version": entry.version,
            "body": entry.body,
            "at": self._bind_time(now),
        }


class _StreamGroup:
    """The entries of one stream in one group: which are new and get numbers, which repeat, which are refused."""

    def __init__(self, first_seq: int | None, now: datetime) -> None:
        self._next_seq = first_seq
        self.now = now
        self.rows: list[tuple[Entry, int]] = []
        self.outcomes: dict[int, Outcome] = {}
        self._seen: dict[tuple[str, UUID], tuple[Entry, Receipt]] = {}

    def add(self, number: int, entry: Entry, stored: tuple[Entry, Receipt] | None) -> None:
        """Decides on one entry; `stored` is what the database has under its client_id."""
        earlier = stored or self._seen.get((entry.sender, entry.client_id))
        if earlier is not None:
            self.outcomes[number] = _repeat(entry, *earlier)
        elif self._next_seq is None:
            self.outcomes[number] = JournalRefused("ended")
        else:
            receipt = Receipt(self._next_seq, self.now)
            self._next_seq += 1
            self.rows.append((entry, receipt.seq))
            self._seen[entry.sender, entry.client_id] = (entry, receipt)
            self.outcomes[number] = receipt


def _repeat(entry: Entry, known: Entry, receipt: Receipt) -> Outcome:
    if not known.same_content(entry):
        return JournalRefused("client_id_reused")
    return Receipt(receipt.seq, receipt.at, repeated=True)


def _by_stream(entries: Sequence[Entry]) -> Iterator[tuple[UUID, UUID, list[tuple[int, Entry]]]]:
    """The entries by organisation and stream; inside a stream in the order given.

    Streams always come in the same order, so that two processes never wait for each other's rows.
    """

    def key(numbered: tuple[int, Entry]) -> tuple[UUID, UUID]:
        return numbered[1].tenant_id, numbered[1].stream_id

    for (tenant_id, stream_id), group in itertools.groupby(sorted(enumerate(entries), key=key), key=key):
        yield tenant_id, stream_id, list(group)


def _as_is(value: Any) -> Any:
    return value
