"""Models that could mix organisations cannot be defined, and ties between tables move no row."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Table, UniqueConstraint, Uuid, inspect, select
from sqlalchemy.orm import Mapped, mapped_column

from core.database.base import Base, TenantModel
from core.database.tenant_tables import tenant_foreign_key
from core.errors import LuwteError
from core.tenancy.session import tenant_session
from core.testing.example_models import ExampleOwner, ExamplePet
from tests.core.database.conftest import Zoo


def keys() -> list[Column[UUID]]:
    return [Column("tenant_id", Uuid(), primary_key=True), Column("id", Uuid(), primary_key=True)]


FAULTY: dict[str, Callable[[], list[Any]]] = {
    "no key": lambda: [Column("id", Uuid(), primary_key=True)],
    "keys the wrong way round": lambda: keys()[::-1],
    "foreign key of id alone": lambda: [*keys(), Column("other", Uuid(), ForeignKey("tenant.id"))],
    "foreign key from another column": lambda: [
        *keys(),
        Column("other", Uuid()),
        ForeignKeyConstraint(["other", "tenant_id"], ["example_owner.id", "example_owner.tenant_id"]),
    ],
    "set null": lambda: [
        *keys(),
        Column("other", Uuid()),
        ForeignKeyConstraint(
            ["tenant_id", "other"], ["example_owner.tenant_id", "example_owner.id"], ondelete="SET NULL"
        ),
    ],
    "unique": lambda: [*keys(), Column("name", Uuid()), UniqueConstraint("name")],
    "unique index": lambda: [*keys(), Column("name", Uuid()), Index("ix_bad", "name", unique=True)],
}


@pytest.mark.promise_p6
@pytest.mark.parametrize("fault", FAULTY)
def test_table_that_could_mix_organisations_cannot_be_defined(fault: str) -> None:
    with pytest.raises(LuwteError, match="The table example_bad"):
        Table("example_bad", Base.metadata, *FAULTY[fault]())
    assert "example_bad" not in Base.metadata.tables


def test_model_outside_the_reviewed_list_is_refused() -> None:
    with pytest.raises(LuwteError, match="network-wide"):
        type("Bad", (Base,), {"__tablename__": "bad_table", "__annotations__": {"id": Mapped[UUID]},
                              "id": mapped_column(primary_key=True)})  # fmt: skip


def test_ids_are_there_before_the_row_is_stored() -> None:
    assert isinstance(ExampleOwner(name="x").id, UUID)
    given = uuid4()
    assert ExampleOwner(id=given, name="x").id == given


def test_relationship_writes_the_id_alone() -> None:
    written = inspect(ExamplePet).relationships["owner"].local_remote_pairs
    synchronised = inspect(ExamplePet).relationships["owner"].synchronize_pairs
    assert [(one.name, other.name) for one, other in synchronised] == [("id", "owner_id")]
    assert written is not None


def test_foreign_key_takes_no_set_null() -> None:
    assert tenant_foreign_key("owner_id", "example_owner", on_delete="CASCADE").ondelete == "CASCADE"


def test_moving_a_pet_to_another_owner_moves_no_row_between_organisations(zoo: Zoo) -> None:
    with tenant_session(zoo.engine, zoo.a) as session, session.begin():
        new = ExampleOwner(name="new owner of a")
        session.add(new)
        for pet in session.scalars(select(ExamplePet)):
            pet.owner = new
    for tenant, name in ((zoo.a, "new owner of a"), (zoo.b, "owner of b")):
        with tenant_session(zoo.engine, tenant) as session:
            pets = session.scalars(select(ExamplePet)).all()
            assert {(pet.tenant_id, pet.owner.name) for pet in pets} == {(tenant, name)}
            assert len(pets) == 2


def test_pet_without_owner_is_found_and_taken_off_again(zoo: Zoo) -> None:
    with tenant_session(zoo.engine, zoo.a) as session, session.begin():
        owner = session.scalars(select(ExampleOwner)).one()
        owner.pets[0].owner = None
    with tenant_session(zoo.engine, zoo.a) as session:
        free = session.scalars(select(ExamplePet).where(ExamplePet.owner_id.is_(None))).all()
        assert [pet.tenant_id for pet in free] == [zoo.a]


def test_tenant_model_is_abstract() -> None:
    assert TenantModel.__abstract__
