"""Keys as the database holds them: wrapped, so that it opens nothing. Who may be believed stands in the public list."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import TenantModel
from core.database.tenant_tables import tenant_foreign_key, tenant_index, tenant_unique


class RootKeyCopy(TenantModel):
    """The organisation's key under one pass phrase: a coordinator's, or (without `staff_id`) the one on paper."""

    __tablename__ = "root_key_copy"
    __table_args__ = (tenant_foreign_key("staff_id", "staff", on_delete="CASCADE"), tenant_index("staff_id"))

    staff_id: Mapped[UUID | None]
    public: Mapped[bytes] = mapped_column(LargeBinary(65))
    """Which key of the organisation it is: there may be an old and a new one."""
    wrapped: Mapped[bytes] = mapped_column(LargeBinary(400))
    made_at: Mapped[datetime]


class IdentityKey(TenantModel):
    """A helper's own key under their words. It counts when the organisation's key has signed it, in the public list."""

    __tablename__ = "identity_key"
    __table_args__ = (tenant_foreign_key("staff_id", "staff", on_delete="CASCADE"), tenant_unique("staff_id"))

    staff_id: Mapped[UUID]
    public: Mapped[bytes] = mapped_column(LargeBinary(65))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary(400))
    made_at: Mapped[datetime]


class Shift(TenantModel):
    """What a helper began with "I begin": the certificate of the keys that lie in their browser. `id` is its id."""

    __tablename__ = "shift"
    __table_args__ = (tenant_foreign_key("staff_id", "staff", on_delete="CASCADE"), tenant_index("staff_id", "ends_at"))

    staff_id: Mapped[UUID]
    certificate: Mapped[str] = mapped_column(Text())
    """The JSON form, public: help seekers' pages get it."""
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
