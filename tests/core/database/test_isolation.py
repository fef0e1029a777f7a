"""Every query shape answers nothing of another organisation, or is refused before it reaches the database (P6)."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import BindParameter, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from core.database.guard import IsolationError, _verdict
from core.database.scope import unguarded
from core.database.statement_facts import Facts
from core.tenancy.session import tenant_session
from core.testing.example_models import ExampleOwner, ExamplePet
from tests.core.database.conftest import Zoo
from tests.core.database.shapes import OWNERS, PETS, READS, WRITES, upsert

# The shapes are odd on purpose: what SQLAlchemy thinks of them is not what is tested.
pytestmark = [pytest.mark.promise_p6, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]


def everything_of(zoo: Zoo, tenant: Any) -> list[Any]:
    with tenant_session(zoo.engine, tenant) as session:
        return [
            sorted(session.execute(select(model.id, model.tenant_id, model.name)).all())
            for model in (ExampleOwner, ExamplePet)
        ]


def leaks(answer: object, zoo: Zoo) -> bool:
    said = repr(answer)
    strange = ["of b", "leak", str(zoo.b), *map(str, zoo.pets[zoo.b]), str(zoo.owners[zoo.b])]
    return any(word in said for word in strange)


def read(zoo: Zoo, shape: str) -> object:
    """Run one shape as A; return what it answered, None when it was refused or is not known to the database."""
    with tenant_session(zoo.engine, zoo.a) as session:
        try:
            return READS[shape](session, zoo)
        except IsolationError:
            return None
        except OperationalError as error:
            # SQLite knows neither LATERAL nor named VALUES.
            if zoo.engine.dialect.name == "sqlite" and "syntax error" in str(error):
                return None
            raise


def write(zoo: Zoo, shape: str) -> None:
    with tenant_session(zoo.engine, zoo.a) as session:
        try:
            WRITES[shape](session, zoo)
            session.commit()
        except (IsolationError, IntegrityError):
            session.rollback()


def test_no_shape_reads_another_organisation(zoo: Zoo, promise_report: Callable[[str], None]) -> None:
    answers = {shape: read(zoo, shape) for shape in READS}
    counted = (4, [(4,)], [(True,)])
    found = {name: answer for name, answer in answers.items() if leaks(answer, zoo) or answer in counted}
    assert not found
    promise_report(f"{len(READS)} ways to read on {zoo.engine.dialect.name}: 0 foreign rows")


def test_no_shape_writes_another_organisation(zoo: Zoo, promise_report: Callable[[str], None]) -> None:
    before = everything_of(zoo, zoo.b)
    for shape in WRITES:
        write(zoo, shape)
        assert everything_of(zoo, zoo.b) == before, shape
        assert not leaks(everything_of(zoo, zoo.a), zoo), shape
    promise_report(f"{len(WRITES)} ways to write on {zoo.engine.dialect.name}: 0 foreign rows changed")


def test_shapes_that_are_meant_to_work_do(zoo: Zoo) -> None:
    refused = {}
    with tenant_session(zoo.engine, zoo.a) as session:
        for shape in HARMLESS:
            try:
                answer = READS[shape](session, zoo)
            except IsolationError as error:
                refused[shape] = str(error)
            else:
                assert "of a" in repr(answer) or answer == 1 or shape == "group", (shape, answer)
    assert not refused


HARMLESS = (
    "entity", "columns", "legacy query", "legacy query of columns", "deferred column", "load_only", "aliased",
    "count", "aggregate", "group", "window", "distinct", "or that opens", "join by relationship",
    "join by condition", "join to an alias", "outer join", "outer join to an alias", "cartesian", "self join",
    "contains_eager", "subquery", "aliased subquery", "scalar subquery", "correlated subquery", "in a subquery",
    "any", "has", "cte", "union", "lazy", "joined", "select in", "subquery load", "immediate", "lazy parent",
    "joined parent", "select in parent", "subquery parent",
)  # fmt: skip


def test_no_session_without_an_organisation(zoo: Zoo) -> None:
    with pytest.raises(IsolationError), tenant_session(zoo.engine, None):  # type: ignore[arg-type]
        pass


def test_connection_without_a_scope_touches_no_tenant_table(zoo: Zoo) -> None:
    with zoo.engine.connect() as connection, pytest.raises(IsolationError, match="needs a tenant session"):
        connection.execute(select(ExampleOwner.__table__))


def test_new_rows_get_the_organisation_of_the_session(zoo: Zoo) -> None:
    with tenant_session(zoo.engine, zoo.a) as session, session.begin():
        session.add(ExampleOwner(name="new"))
    with unguarded(zoo.engine).connect() as connection:
        rows = connection.execute(select(ExampleOwner.tenant_id).where(ExampleOwner.name == "new")).all()
    # On PostgreSQL nobody sees it without naming the organisation, not even unguarded.
    assert rows == ([(zoo.a,)] if zoo.engine.dialect.name == "sqlite" else [])


def test_the_same_name_in_two_organisations_is_no_clash(zoo: Zoo) -> None:
    for tenant in (zoo.a, zoo.b):
        with tenant_session(zoo.engine, tenant) as session, session.begin():
            session.add(ExampleOwner(name="the same"))
    with tenant_session(zoo.engine, zoo.a) as session, pytest.raises(IntegrityError), session.begin():
        session.add(ExampleOwner(name="the same"))


def test_writes_that_are_meant_to_work_do(zoo: Zoo) -> None:
    own = select(PETS.c.tenant_id, PETS.c.id, PETS.c.name).where(PETS.c.tenant_id == zoo.a)
    with tenant_session(zoo.engine, zoo.a) as session, session.begin():
        session.execute(insert(OWNERS).from_select(["tenant_id", "id", "name"], own))
        session.execute(insert(ExampleOwner), [{"tenant_id": zoo.a, "id": uuid4(), "name": name} for name in "xyz"])
        session.execute(update(ExampleOwner).where(ExampleOwner.name == "x").values(name="changed"))
        session.execute(delete(ExampleOwner).where(ExampleOwner.name == "y"))
        session.execute(
            upsert(session, OWNERS)
            .values(tenant_id=zoo.a, id=zoo.owners[zoo.a], name="own")
            .on_conflict_do_update(index_elements=["tenant_id", "id"], set_={"name": "upserted"})
        )
    with tenant_session(zoo.engine, zoo.a) as session:
        names = sorted(session.scalars(select(ExampleOwner.name)))
    assert names == ["cat of a", "changed", "dog of a", "upserted", "z"]


def test_from_statement_is_refused_even_where_it_is_filtered(zoo: Zoo) -> None:
    filtered = select(ExampleOwner).from_statement(select(OWNERS).where(OWNERS.c.tenant_id == zoo.a))
    with tenant_session(zoo.engine, zoo.a) as session, pytest.raises(IsolationError, match="from_statement"):
        session.execute(filtered)


def test_parameter_that_was_not_written_out_proves_nothing() -> None:
    parameter: BindParameter[object] = bindparam("tenant_id")
    facts = Facts(written_tenants=[("example_owner", (parameter,))])
    assert _verdict(facts, {parameter: "tenant_id"}).in_tenant is None
    assert _verdict(facts, {}).in_tenant == "does not write this organisation's tenant_id into example_owner"
