"""Network-wide tables: public facts of organisations, in every process's memory. Nobody's messages, no person.

And one table of each organisation's own: its keys, wrapped.
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import NetworkModel, TenantModel


class TenantRow(NetworkModel):
    """An organisation, a circle, or the network itself. All that may change stands in its values."""

    __tablename__ = "tenant"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]


class TenantValue(NetworkModel):
    """One fact of an organisation, such as `phone.number` or `light.accent`.

    `value` is JSON, None when it was taken away here. `imported_hash` is the hash of what the folder last brought;
    None: the folder never brought it.
    """

    __tablename__ = "tenant_value"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[str | None] = mapped_column(Text)
    imported_hash: Mapped[str | None] = mapped_column(String(64))


class TenantPage(NetworkModel):
    """A page to read. `value` is JSON of title, summary, order and Markdown body; None when it was taken away here."""

    __tablename__ = "tenant_page"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(20), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[str | None] = mapped_column(Text)
    imported_hash: Mapped[str | None] = mapped_column(String(64))


class TenantPlugin(NetworkModel):
    """Whether an organisation uses a plugin. `switched_off_here`: the folder must not switch it on again."""

    __tablename__ = "tenant_plugin"

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    plugin: Mapped[str] = mapped_column(String(40), primary_key=True)
    enabled: Mapped[bool]
    switched_off_here: Mapped[bool] = mapped_column(default=False)
    from_folder: Mapped[bool] = mapped_column(default=False)


class Revision(NetworkModel):
    """The one row that every process watches: a higher number means that something above was changed."""

    __tablename__ = "revision"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)


class SealingKey(TenantModel):
    """A key of an organisation, wrapped by the root key, which lies outside the database.

    Its id is the sealing id that every blob names: the row goes along when the organisation moves, and so its blobs
    open there too.
    """

    __tablename__ = "sealing_key"

    wrapped: Mapped[bytes] = mapped_column(LargeBinary(100))
