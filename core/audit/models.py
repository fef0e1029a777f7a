"""The record of what staff did."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import TenantModel
from core.database.tenant_tables import tenant_index


class AuditRecord(TenantModel):
    """One deed: staff by id (the name stands in the staff table alone), an action's name, what it was done to.

    There is no foreign key to staff: records stay when the account has gone.
    """

    __tablename__ = "audit_record"
    __table_args__ = (tenant_index("at"),)

    at: Mapped[datetime]
    staff_id: Mapped[UUID]
    action: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str | None] = mapped_column(String(120))
