"""Browser sessions that have a break from talking. Nothing here tells who they are, or where they are."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import TenantModel
from core.database.tenant_tables import tenant_index, tenant_unique


class TimeOut(TenantModel):
    """One browser session that may not begin a conversation until `ends_at`; the worker deletes the row then."""

    __tablename__ = "time_out"
    __table_args__ = (tenant_unique("session_digest"), tenant_index("ends_at"))

    session_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    """HMAC of the session under a key of its own in the key ring: a stolen database fits no row to a conversation."""
    reason: Mapped[str] = mapped_column(String(16))
    """One of REASONS in time_outs.py; never words about the conversation."""
    ends_at: Mapped[datetime]
