"""Tables for tests, as those of a plugin named `example` would be: owners and their pets, and sealed notes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import TenantModel
from core.database.tenant_tables import (
    tenant_collection,
    tenant_foreign_key,
    tenant_index,
    tenant_relationship,
    tenant_unique,
)


class ExampleOwner(TenantModel):
    """An owner, with a name that is unique within its organisation."""

    __tablename__ = "example_owner"
    __table_args__ = (tenant_unique("name"),)

    name: Mapped[str] = mapped_column(String(80))

    pets = tenant_collection("ExamplePet", "owner_id", back_populates="owner")


class ExamplePet(TenantModel):
    """A pet, which may have an owner."""

    __tablename__ = "example_pet"
    __table_args__ = (tenant_foreign_key("owner_id", "example_owner"), tenant_index("name"))

    owner_id: Mapped[UUID | None]
    name: Mapped[str] = mapped_column(String(80))

    owner = tenant_relationship("ExampleOwner", "owner_id", back_populates="pets")


class ExampleNote(TenantModel):
    """What somebody wrote at a moment, sealed by the day."""

    __tablename__ = "example_note"

    at: Mapped[datetime]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
