"""The outbox: what has happened and is still to be told, one row for each plugin that wants to hear of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import TenantModel
from core.database.tenant_tables import tenant_index


class OutboxEvent(TenantModel):
    """One event for one plugin. The row goes in the transaction in which the plugin was told.

    `position` is the order of commits within the organisation. `payload` is JSON of ids and facts, never content.
    """

    __tablename__ = "outbox_event"
    __table_args__ = (tenant_index("plugin", "position"),)

    event_id: Mapped[UUID]
    """The same for every plugin that is told, and each time that it is told."""
    plugin: Mapped[str] = mapped_column(String(31))
    name: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    payload: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    position: Mapped[int | None] = mapped_column(BigInteger)
    """Given just before the commit."""
    attempts: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None]
    set_aside_at: Mapped[datetime | None]
    """Since when nobody tries any more, until somebody puts it back."""
    error: Mapped[str | None] = mapped_column(String(300))
    """The last failure: kind and code lines, no values."""


class OutboxCounter(TenantModel):
    """An organisation's last position; its one row has the organisation's own id."""

    __tablename__ = "outbox_counter"

    last: Mapped[int] = mapped_column(BigInteger)
