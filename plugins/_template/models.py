"""The note."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.api import TenantModel, UtcDateTime, tenant_foreign_key, tenant_index

LONGEST = 500
"""Characters of a note."""


class Note(TenantModel):
    """A note on the board, and who of the staff wrote it."""

    __tablename__ = "noticeboard_note"
    __table_args__ = (tenant_foreign_key("staff_id", "staff"), tenant_index("written_at"))

    text: Mapped[str] = mapped_column(String(LONGEST))
    staff_id: Mapped[UUID]
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
