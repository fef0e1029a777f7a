"""Staff, their sessions, and recent failed attempts to sign in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Dialect, LargeBinary, String, Text, TypeDecorator
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import TenantModel
from core.database.tenant_tables import tenant_foreign_key, tenant_index, tenant_relationship, tenant_unique


class RoleSet(TypeDecorator[frozenset[str]]):
    """A set of role names, stored as sorted words: "coordinator helper"."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> str | None:
        """The set as words."""
        return None if value is None else " ".join(sorted(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str] | None:
        """The words as a set."""
        return None if value is None else frozenset(value.split())


class Staff(TenantModel):
    """A member of staff: sign-in name (unique within the organisation), alias for those who seek help, roles.

    The name is kept here alone; records and messages name staff by id.
    """

    __tablename__ = "staff"
    __table_args__ = (tenant_unique("name"),)

    name: Mapped[str] = mapped_column(String(64))
    alias: Mapped[str] = mapped_column(String(64))
    roles: Mapped[frozenset[str]] = mapped_column(RoleSet())
    password_hash: Mapped[str] = mapped_column(Text())
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class StaffSession(TenantModel):
    """A signed-in browser. Its cookie is random; only a digest of it is stored, so that this table opens nothing."""

    __tablename__ = "staff_session"
    __table_args__ = (
        tenant_foreign_key("staff_id", "staff", on_delete="CASCADE"),
        tenant_unique("cookie_digest"),
        tenant_index("staff_id"),
    )

    staff_id: Mapped[UUID]
    cookie_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    locked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    staff: Mapped[Staff] = tenant_relationship("Staff", "staff_id", lazy="joined", innerjoin=True, viewonly=True)


class SignInFailure(TenantModel):
    """One attempt with a name (its digest) that has not proved right; no address, gone within the hour."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (tenant_index("name_digest", "at"),)

    name_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime]
