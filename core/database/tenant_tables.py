"""The only ways to tie organisations' tables together: each carries tenant_id, so no row points at a stranger's."""

from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, ForeignKeyConstraint, Index, Table, UniqueConstraint, and_
from sqlalchemy.orm import Relationship, foreign, relationship, remote

from core.database.base import TenantModel
from core.errors import LuwteError

OnDelete = Literal["RESTRICT", "CASCADE"]
"""What happens to a row when its parent goes. SET NULL is not offered: it would empty tenant_id too."""


def tenant_foreign_key(column: str, table: str, *, on_delete: OnDelete = "RESTRICT") -> ForeignKeyConstraint:
    """Return the foreign key (tenant_id, column) to `table`: only a row of the same organisation fits."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete=on_delete)


def tenant_unique(*columns: str) -> UniqueConstraint:
    """Return a unique constraint within one organisation: a clash must not tell that a stranger has the value."""
    return UniqueConstraint("tenant_id", *columns)


def tenant_index(*columns: str) -> Index:
    """Return an index that begins with tenant_id, named `ix_<table>_tenant_id_<columns>` by convention."""
    return Index(None, "tenant_id", *columns)


def tenant_relationship(target: str, column: str, **options: Any) -> Relationship[Any]:
    """Return a relationship from this model's `column` to one row of the model named `target`.

    Only the id column counts as foreign: with plain composite relationships SQLAlchemy would write tenant_id as well,
    and so move rows between organisations.
    """
    return _relationship(
        target, lambda child, parent: _many_to_one(child, parent, column), {"uselist": False} | options
    )


def tenant_collection(target: str, column: str, **options: Any) -> Relationship[Any]:
    """Return a relationship to all rows of the model named `target` whose `column` points at this row.

    Rows are never set free by SQLAlchemy (`passive_deletes="all"`): the foreign key decides what a delete means.
    """
    options = {"uselist": True, "passive_deletes": "all"} | options
    return _relationship(target, lambda parent, child: _one_to_many(parent, child, column), options)


def _relationship(target: str, join: Any, options: dict[str, Any]) -> Relationship[Any]:
    # Both are asked for when all models are known; the relationship itself then knows the model that it stands on.
    made: list[Relationship[Any]] = []

    def other() -> type[TenantModel]:
        return _model(target, made[0].parent.class_)

    def condition() -> ColumnElement[bool]:
        return join(made[0].parent.local_table, other().__table__)  # type: ignore[no-any-return]

    made.append(relationship(other, primaryjoin=condition, **options))
    return made[0]


def _model(name: str, beside: type) -> type[TenantModel]:
    """Return the model of this name; of two, the one in the same package (plugins choose names freely)."""
    found = [
        m.class_
        for m in TenantModel.registry.mappers
        if m.class_.__name__ == name and issubclass(m.class_, TenantModel)
    ]
    near = [model for model in found if model.__module__ == beside.__module__] or found
    if len(near) != 1:
        raise LuwteError(
            f"{beside.__name__} has a relationship to {name}, but there are {len(near)} models of that name."
        )
    return near[0]


def _many_to_one(child: Table, parent: Table, column: str) -> ColumnElement[bool]:
    own: Column[Any] = child.c[column]
    return and_(foreign(own) == remote(parent.c.id), child.c.tenant_id == remote(parent.c.tenant_id))


def _one_to_many(parent: Table, child: Table, column: str) -> ColumnElement[bool]:
    theirs: Column[Any] = child.c[column]
    return and_(remote(foreign(theirs)) == parent.c.id, remote(child.c.tenant_id) == parent.c.tenant_id)
