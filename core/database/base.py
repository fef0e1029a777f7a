"""The base of all models: a table belongs to an organisation, or stands in the reviewed list of network-wide tables."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKeyConstraint, Index, MetaData, Table, UniqueConstraint, Uuid, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core.database.types import UtcDateTime
from core.errors import LuwteError

NETWORK_TABLES = frozenset({"tenant", "tenant_value", "tenant_page", "tenant_plugin", "revision", "job_lease"})
"""Every table that is not kept apart by tenant. Each holds public facts of organisations only: nobody's messages, no
seeker, no staff (`job_lease`: when which work of the house ran last). Adding a name here is a decision for review;
tests compare the list with the real database."""

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every model. Use TenantModel, or NetworkModel for a table of the reviewed list."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {datetime: UtcDateTime(), UUID: Uuid()}  # noqa: RUF012 - SQLAlchemy asks for a plain dict


class NetworkModel(Base):
    """A row of a network-wide table. Its name must be in NETWORK_TABLES."""

    __abstract__ = True


class TenantModel(Base):
    """A row that belongs to one organisation. The session writes `tenant_id`, once; code never does."""

    __abstract__ = True

    tenant_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, sort_order=-2)
    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=uuid4, sort_order=-1)

    def __init__(self, **values: Any) -> None:
        # An id from the start, so that rows which point at each other can be made before they are stored.
        values.setdefault("id", uuid4())
        super().__init__(**values)


@event.listens_for(Table, "after_parent_attach")
def _keep_apart(table: Table, parent: object) -> None:
    """Refuse a table of ours whose keys would let organisations mix."""
    if parent is not Base.metadata or table.name in NETWORK_TABLES:
        return
    fault = isolation_fault(table)
    if fault:
        Base.metadata.remove(table)
        raise LuwteError(
            f"The table {table.name} {fault}: derive its model from TenantModel and use tenant_foreign_key, "
            "tenant_unique and tenant_index."
        )


def isolation_fault(table: Table) -> str | None:
    """Return what is wrong with the keys of an organisations' table, or None when they keep them apart."""
    if [column.name for column in table.primary_key.columns] != ["tenant_id", "id"]:
        return "must have the primary key (tenant_id, id), or be in the reviewed list of network-wide tables"
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint) and not _carries_tenant(constraint):
            return "has a foreign key that does not begin with tenant_id on both sides"
        if isinstance(constraint, UniqueConstraint) and [c.name for c in constraint.columns][:1] != ["tenant_id"]:
            return "has a unique constraint that does not begin with tenant_id"
    return _index_fault(table)


def _carries_tenant(constraint: ForeignKeyConstraint) -> bool:
    actions = {constraint.ondelete, constraint.onupdate} & {"SET NULL", "SET DEFAULT"}
    first = constraint.elements[0].target_fullname
    return constraint.column_keys[0] == "tenant_id" and first.endswith(".tenant_id") and not actions


def _index_fault(table: Table) -> str | None:
    for index in table.indexes:
        if index.unique and not _begins_with_tenant(index):
            return "has a unique index that does not begin with tenant_id"
    return None


def _begins_with_tenant(index: Index) -> bool:
    return getattr(index.expressions[0], "name", None) == "tenant_id"
