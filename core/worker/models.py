"""Who does which periodic work at this moment, and how it went the last time. Network-wide: no person, no content."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import NetworkModel


class JobLease(NetworkModel):
    """One piece of work, for one organisation or for the network as a whole (`tenant_id` of zeros).

    Whoever holds the row does the work; a holder that was killed loses it at `held_until`.
    """

    __tablename__ = "job_lease"

    job: Mapped[str] = mapped_column(String(80), primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]
    holder: Mapped[UUID | None]
    held_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    milliseconds: Mapped[int | None] = mapped_column(Integer)
    """How long the last run took."""
    error: Mapped[str | None] = mapped_column(String(300))
    """Why the last run failed: kind and code lines, no values; None when it went well."""
    failures: Mapped[int] = mapped_column(default=0)
    """How many runs in a row have failed."""
