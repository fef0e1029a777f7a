"""Streams: ordered, gapless rows of opaque entries. A chat conversation has one; the core knows no more of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import TenantModel
from core.database.tenant_tables import tenant_foreign_key, tenant_unique
from core.database.types import UtcDateTime


class Stream(TenantModel):
    """An ordered conversation of entries, owned by one plugin. Closed, it takes no more."""

    __tablename__ = "stream"

    plugin: Mapped[str] = mapped_column(String(31))
    last_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StreamEntry(TenantModel):
    """One entry. `body` is opaque: bytes whose meaning only the browsers know, `version` says how they are made."""

    __tablename__ = "stream_entry"
    __table_args__ = (
        tenant_foreign_key("stream_id", "stream"),
        tenant_unique("stream_id", "seq"),
        tenant_unique("stream_id", "sender", "client_id"),
    )

    stream_id: Mapped[UUID]
    seq: Mapped[int] = mapped_column(BigInteger)
    sender: Mapped[str] = mapped_column(String(80))
    """`seeker`, or the id of a member of staff."""
    client_id: Mapped[UUID]
    """Made by the sender: a repeat carries the same one, so that nothing is written twice."""
    kind: Mapped[str] = mapped_column(String(31))
    version: Mapped[int] = mapped_column(Integer)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
