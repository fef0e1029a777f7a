"""Query shapes by which filters in an ORM leak, as functions of a session of A that look for rows of B."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Engine,
    Integer,
    Table,
    and_,
    bindparam,
    case,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    table,
    text,
    tuple_,
    union_all,
    update,
    values,
)
from sqlalchemy.orm import (
    aliased,
    contains_eager,
    defer,
    immediateload,
    joinedload,
    lazyload,
    load_only,
    selectinload,
    subqueryload,
)

from core.tenancy.session import TenantSession
from core.testing.example_models import ExampleOwner as Owner
from core.testing.example_models import ExamplePet as Pet
from tests.core.database.conftest import Zoo

Shape = Callable[[TenantSession, Zoo], Any]

OWNERS: Table = Owner.metadata.tables["example_owner"]
PETS: Table = Owner.metadata.tables["example_pet"]
OTHER_OWNER, OTHER_PET = aliased(Owner), aliased(Pet)


def _rows(statement: Any) -> Shape:
    return lambda session, zoo: session.execute(statement).unique().all()


def _loads(option: Any) -> Shape:
    def run(session: TenantSession, zoo: Zoo) -> Any:
        owners = session.scalars(select(Owner).options(option(Owner.pets))).unique().all()
        return [(owner.name, [pet.name for pet in owner.pets]) for owner in owners]

    return run


def _parents(option: Any) -> Shape:
    def run(session: TenantSession, zoo: Zoo) -> Any:
        pets = session.scalars(select(Pet).options(option(Pet.owner))).all()
        return [(pet.name, pet.owner.name) for pet in pets]

    return run


def _name_of_get_one(session: TenantSession, zoo: Zoo) -> Any:
    from sqlalchemy.exc import NoResultFound

    try:
        return session.get_one(Owner, (zoo.b, zoo.owners[zoo.b])).name
    except NoResultFound:
        return None


READS: dict[str, Shape] = {
    # Plain entities and columns
    "entity": lambda s, z: [owner.name for owner in s.scalars(select(Owner))],
    "columns": _rows(select(Owner.name)),
    "legacy query": lambda s, z: [owner.name for owner in s.query(Owner)],
    "legacy query of columns": lambda s, z: s.query(Owner.name, Pet.name).all(),
    "deferred column": lambda s, z: [owner.name for owner in s.scalars(select(Owner).options(defer(Owner.name)))],
    "load_only": lambda s, z: [owner.name for owner in s.scalars(select(Owner).options(load_only(Owner.id)))],
    "aliased": _rows(select(OTHER_OWNER.name)),
    "flat alias of a table": _rows(select(OWNERS.alias("o"))),
    "count": lambda s, z: s.scalar(select(func.count()).select_from(Owner)),
    "aggregate": _rows(select(func.max(Owner.name))),
    "group": _rows(select(Pet.owner_id, func.count()).group_by(Pet.owner_id)),
    "window": _rows(select(Pet.name, func.row_number().over(order_by=Pet.name))),
    "distinct": _rows(select(Pet.name).distinct()),
    "or that opens": _rows(select(Owner.name).where(or_(Owner.name == "x", literal(True)))),
    "or over tenant_id": lambda s, z: s.execute(
        select(OWNERS.c.name).where(or_(OWNERS.c.tenant_id == s.tenant_id, OWNERS.c.tenant_id == z.b))
    ).all(),
    "not over tenant_id": lambda s, z: s.execute(select(OWNERS.c.name).where(OWNERS.c.tenant_id != z.a)).all(),
    "in over tenant_id": lambda s, z: s.execute(select(OWNERS.c.name).where(OWNERS.c.tenant_id.in_([z.a, z.b]))).all(),
    "the stranger's tenant_id": lambda s, z: s.execute(select(Owner.name).where(Owner.tenant_id == z.b)).all(),
    "the stranger's tenant_id in Core": lambda s, z: s.execute(
        select(OWNERS.c.name).where(OWNERS.c.tenant_id == z.b)
    ).all(),
    "the stranger's id": lambda s, z: s.scalars(select(Owner.name).where(Owner.id == z.owners[z.b])).all(),
    "pairs of ids": lambda s, z: s.scalars(
        select(Owner.name).where(tuple_(Owner.tenant_id, Owner.id).in_([(z.b, z.owners[z.b])]))
    ).all(),
    # Core, where no ORM filter works
    "table": _rows(select(OWNERS)),
    "table columns": _rows(select(PETS.c.name)),
    "table join": _rows(select(OWNERS.c.name, PETS.c.name).join_from(OWNERS, PETS, OWNERS.c.id == PETS.c.owner_id)),
    "lightweight table": _rows(select(column("name")).select_from(table("example_owner", column("name")))),
    "half of a join filtered": lambda s, z: s.execute(
        select(OWNERS.c.name, PETS.c.name)
        .join_from(OWNERS, PETS, OWNERS.c.id != PETS.c.id)
        .where(OWNERS.c.tenant_id == s.tenant_id)
    ).all(),
    "outer join filtered on its free side": lambda s, z: s.execute(
        select(OWNERS.c.name).outerjoin_from(
            OWNERS, PETS, and_(OWNERS.c.tenant_id == s.tenant_id, PETS.c.tenant_id == s.tenant_id)
        )
    ).all(),
    "full join filtered in ON": lambda s, z: s.execute(
        select(OWNERS.c.name, PETS.c.name).join_from(
            OWNERS, PETS, and_(OWNERS.c.tenant_id == s.tenant_id, PETS.c.tenant_id == s.tenant_id), full=True
        )
    ).all(),
    "filter of one alias for another": lambda s, z: s.execute(
        select(OWNERS.alias("x").c.name).select_from(OWNERS).where(OWNERS.c.tenant_id == s.tenant_id)
    ).all(),
    # Joins
    "join by relationship": _rows(select(Owner.name, Pet.name).join(Owner.pets)),
    "join by condition": _rows(select(Owner.name, Pet.name).join(Pet, Pet.name != Owner.name)),
    "join to an alias": _rows(select(Owner.name, OTHER_PET.name).join(OTHER_PET, OTHER_PET.name != Owner.name)),
    "outer join": _rows(select(Owner.name, Pet.name).outerjoin(Pet, Pet.name != Owner.name)),
    "full join": _rows(select(Owner.name, Pet.name).join(Pet, Pet.name != Owner.name, full=True)),
    "outer join to an alias": _rows(select(Owner.name, OTHER_PET.name).outerjoin(OTHER_PET, literal(True))),
    "cartesian": _rows(select(Owner.name, Pet.name).where(Owner.id != Pet.id)),
    "self join": _rows(select(Pet.name, OTHER_PET.name).join(OTHER_PET, OTHER_PET.id != Pet.id)),
    "contains_eager": lambda s, z: [
        (owner.name, [pet.name for pet in owner.pets])
        for owner in s.scalars(select(Owner).join(Owner.pets).options(contains_eager(Owner.pets))).unique()
    ],
    "contains_eager by condition": lambda s, z: [
        (owner.name, [pet.name for pet in owner.pets])
        for owner in s.scalars(
            select(Owner)
            .join(Pet, literal(True))
            .options(contains_eager(Owner.pets))
            .execution_options(populate_existing=True)
        ).unique()
    ],
    # Subqueries, CTEs, set operations
    "subquery": _rows(select(select(Owner.name).subquery())),
    "subquery of a table": _rows(select(select(OWNERS.c.name).subquery())),
    "aliased subquery": lambda s, z: [o.name for o in s.scalars(select(aliased(Owner, select(Owner).subquery())))],
    "aliased subquery of a table": lambda s, z: [
        o.name for o in s.scalars(select(aliased(Owner, select(OWNERS).subquery())))
    ],
    "scalar subquery": _rows(select(Owner.name, select(func.max(Pet.name)).scalar_subquery())),
    "scalar subquery of a table": _rows(select(Owner.name, select(func.max(PETS.c.name)).scalar_subquery())),
    "correlated subquery": _rows(
        select(Owner.name, select(func.count()).where(Pet.owner_id == Owner.id).correlate(Owner).scalar_subquery())
    ),
    "subquery in order by": _rows(select(Owner.name).order_by(select(func.max(PETS.c.name)).scalar_subquery())),
    "subquery in case": _rows(
        select(Owner.name, case((select(func.count(PETS.c.id)).scalar_subquery() > 2, "leak"), else_="no"))
    ),
    "in a subquery": _rows(select(Owner.name).where(Owner.id.in_(select(Pet.owner_id)))),
    "in a subquery of a table": _rows(select(Owner.name).where(Owner.name.not_in(select(PETS.c.name)))),
    "exists": _rows(select(exists().where(Pet.name.like("%of b")))),
    "exists of a table": _rows(select(exists(select(PETS.c.id).where(PETS.c.name.like("%of b"))))),
    "exists in where": _rows(select(Owner.name).where(exists().where(Pet.name.like("%of b")))),
    "any": _rows(select(Owner.name).where(Owner.pets.any(Pet.name != "x"))),
    "has": _rows(select(Pet.name).where(Pet.owner.has(Owner.name != "x"))),
    "cte": _rows(select(select(Pet.name).cte())),
    "cte of a table": _rows(select(select(PETS.c.name).cte())),
    "recursive cte": lambda s, z: s.execute(select(_recursive())).all(),
    "cte that is not used in FROM": _rows(select(Owner.name).add_cte(select(PETS.c.name).cte("spare"))),
    "union": _rows(union_all(select(Owner.name), select(Pet.name))),
    "union with a table": _rows(union_all(select(Owner.name), select(PETS.c.name))),
    "entities from a union": lambda s, z: [
        o.name for o in s.scalars(select(aliased(Owner, union_all(select(Owner), select(OWNERS)).subquery())))
    ],
    "lateral": _rows(select(Owner.name, select(Pet.name).where(Pet.owner_id == Owner.id).lateral().c.name)),
    "values join": _rows(select(Owner.name).join(values(column("n", Integer), name="v").data([(1,)]), literal(True))),
    # Text
    "text": _rows(text("SELECT name FROM example_owner")),
    "text in where": _rows(select(Owner.name).where(text("1 = 1 OR 1 = 1"))),
    "text in from": _rows(select(column("name")).select_from(text("example_owner"))),
    "text with columns": _rows(text("SELECT name FROM example_owner").columns(column("name"))),
    "literal column": _rows(select(Owner.name, literal_column("(SELECT max(name) FROM example_pet)"))),
    "prefix": _rows(select(Owner.name).prefix_with("(SELECT max(name) FROM example_pet),")),
    "suffix": _rows(select(Owner.name).suffix_with("UNION SELECT name FROM example_pet")),
    "from_statement of text": _rows(select(Owner).from_statement(text("SELECT * FROM example_owner"))),
    "from_statement of a table": _rows(select(Owner).from_statement(select(OWNERS))),
    "set_config": lambda s, z: s.execute(select(func.set_config("luwte.tenant", str(z.b), True))).all(),
    # Loading of relationships
    "lazy": _loads(lazyload),
    "joined": _loads(joinedload),
    "select in": _loads(selectinload),
    "subquery load": _loads(subqueryload),
    "immediate": _loads(immediateload),
    "lazy parent": _parents(lazyload),
    "joined parent": _parents(joinedload),
    "select in parent": _parents(selectinload),
    "subquery parent": _parents(subqueryload),
    # By identity
    "get": lambda s, z: s.get(Owner, (z.b, z.owners[z.b])),
    "get with own tenant": lambda s, z: s.get(Owner, (z.a, z.owners[z.b])),
    "find": lambda s, z: s.find(Owner, z.owners[z.b]),
    "find and lock": lambda s, z: s.find(Owner, z.owners[z.b], lock=True),
    "get_one": _name_of_get_one,
    # Doors
    "connection": lambda s, z: s.connection(),
    "get_bind": lambda s, z: s.get_bind(),
    "engine of the session": lambda s, z: _around(s, lambda c: c.execute(select(OWNERS))),
    "raw SQL of the engine": lambda s, z: _around(s, lambda c: c.exec_driver_sql("SELECT name FROM example_owner")),
}


def _around(session: TenantSession, work: Callable[[Any], Any]) -> Any:
    assert isinstance(session.bind, Engine)
    with session.bind.connect() as connection:
        return work(connection).all()


def _recursive() -> Any:
    tree = select(Pet.name, literal(1).label("depth")).cte("tree", recursive=True)
    return tree.union_all(
        select(PETS.c.name, tree.c.depth + 1).join(tree, tree.c.name != PETS.c.name).where(tree.c.depth < 2)
    )


def _change(statement: Callable[[Zoo], Any]) -> Shape:
    return lambda session, zoo: session.execute(statement(zoo))


def _stolen(zoo: Zoo, **values: Any) -> Owner:
    return Owner(tenant_id=zoo.b, id=zoo.owners[zoo.b], **values)


def _add_with_tenant(session: TenantSession, zoo: Zoo) -> None:
    session.add(Owner(name="leak", tenant_id=zoo.b))
    session.flush()


def _move(session: TenantSession, zoo: Zoo) -> None:
    owner = session.scalars(select(Owner)).one()
    owner.tenant_id = zoo.b
    session.flush()


def _adopt(session: TenantSession, zoo: Zoo) -> None:
    """Hang a stranger's pet under an owner of one's own by a relationship."""
    pet = Pet(name="leak", owner_id=zoo.owners[zoo.b])
    session.add(pet)
    session.flush()


def _take_dog(session: TenantSession, zoo: Zoo) -> None:
    owner = session.scalars(select(Owner)).one()
    stranger = Pet(tenant_id=zoo.b, id=zoo.pets[zoo.b][0], name="leak")
    owner.pets.append(stranger)
    session.flush()


def _merge(session: TenantSession, zoo: Zoo) -> None:
    session.merge(_stolen(zoo, name="leak"))
    session.flush()


def _merge_unloaded(session: TenantSession, zoo: Zoo) -> None:
    from sqlalchemy.orm import make_transient_to_detached

    row = _stolen(zoo)
    make_transient_to_detached(row)
    session.merge(row, load=False).name = "leak"
    session.flush()


def _attach(session: TenantSession, zoo: Zoo) -> None:
    from sqlalchemy.orm import make_transient_to_detached

    row = _stolen(zoo)
    make_transient_to_detached(row)
    session.add(row)
    row.name = "leak"
    session.flush()


def _refresh(session: TenantSession, zoo: Zoo) -> None:
    from sqlalchemy.orm import make_transient_to_detached

    row = _stolen(zoo)
    make_transient_to_detached(row)
    session.add(row)
    session.refresh(row)


def _delete_object(session: TenantSession, zoo: Zoo) -> None:
    from sqlalchemy.orm import make_transient_to_detached

    row = _stolen(zoo)
    make_transient_to_detached(row)
    session.delete(row)
    session.flush()


def upsert(session: TenantSession, target: Table) -> Any:
    from sqlalchemy.dialects import postgresql, sqlite

    kind = session.bind.dialect.name if session.bind else ""
    return postgresql.insert(target) if kind == "postgresql" else sqlite.insert(target)


def _id(tenant: UUID) -> dict[str, Any]:
    from uuid import uuid4

    return {"tenant_id": tenant, "id": uuid4(), "name": "leak"}


WRITES: dict[str, Shape] = {
    "update": _change(lambda z: update(Owner).values(name="leak").where(Owner.id == z.owners[z.b])),
    "update of all": _change(lambda z: update(Pet).values(name="leak").where(Pet.name.like("%of b"))),
    "update of the stranger": _change(lambda z: update(Owner).values(name="leak").where(Owner.tenant_id == z.b)),
    "update of a table": _change(lambda z: update(OWNERS).values(name="leak").where(OWNERS.c.id == z.owners[z.b])),
    "update from another table": _change(
        lambda z: (
            update(OWNERS)
            .values(name="leak")
            .where(OWNERS.c.tenant_id == z.b, OWNERS.c.id == PETS.c.owner_id, PETS.c.tenant_id == z.b)
        )
    ),
    "update by primary key": lambda s, z: s.execute(
        update(Owner), [{"tenant_id": z.b, "id": z.owners[z.b], "name": "leak"}]
    ),
    "update with a bound name": lambda s, z: s.execute(
        update(OWNERS).where(OWNERS.c.tenant_id == bindparam("t")).values(name="leak"), [{"t": z.a}, {"t": z.b}]
    ),
    "update of tenant_id": _change(lambda z: update(Owner).values(tenant_id=z.b)),
    "update of tenant_id in a table": lambda s, z: s.execute(
        update(OWNERS).where(OWNERS.c.tenant_id == z.a), [{"tenant_id": z.b}]
    ),
    "update to a subquery": lambda s, z: s.execute(
        update(Owner).values(name=select(func.max(PETS.c.name)).scalar_subquery())
    ),
    "update of text": _change(lambda z: text("UPDATE example_owner SET name = 'leak'")),
    "delete": _change(lambda z: delete(Pet).where(Pet.id.in_(z.pets[z.b]))),
    "delete of a table": _change(lambda z: delete(PETS).where(PETS.c.id.in_(z.pets[z.b]))),
    "delete of the stranger": _change(lambda z: delete(PETS).where(PETS.c.tenant_id == z.b)),
    "delete in a subquery": _change(lambda z: delete(Pet).where(Pet.id.in_(select(PETS.c.id)))),
    "insert": _change(lambda z: insert(Owner).values(**_id(z.b))),
    "insert into a table": _change(lambda z: insert(OWNERS).values(**_id(z.b))),
    "insert of many": lambda s, z: s.execute(insert(OWNERS), [_id(z.a) | {"name": "own"}, _id(z.b)]),
    "insert of many entities": lambda s, z: s.execute(insert(Owner), [_id(z.a) | {"name": "own"}, _id(z.b)]),
    "insert of several rows at once": _change(lambda z: insert(OWNERS).values([_id(z.a) | {"name": "own"}, _id(z.b)])),
    "insert without tenant_id": _change(lambda z: insert(OWNERS).values(id=z.a, name="leak")),
    "insert of a computed tenant_id": _change(
        lambda z: insert(OWNERS).values(
            id=z.a, name="leak", tenant_id=select(OWNERS.c.tenant_id).where(OWNERS.c.tenant_id == z.b).scalar_subquery()
        )
    ),
    "insert from select": _change(
        lambda z: insert(OWNERS).from_select(
            ["tenant_id", "id", "name"], select(PETS.c.tenant_id, PETS.c.id, PETS.c.name)
        )
    ),
    "insert from select with the stranger": _change(
        lambda z: insert(OWNERS).from_select(
            ["tenant_id", "id", "name"],
            select(literal(z.b), PETS.c.id, literal("leak")).where(PETS.c.tenant_id == z.a),
        )
    ),
    "insert from entities with the stranger": _change(
        lambda z: insert(Owner).from_select(["tenant_id", "id", "name"], select(literal(z.b), Pet.id, literal("leak")))
    ),
    "insert from a union with the stranger": _change(
        lambda z: insert(OWNERS).from_select(
            ["tenant_id", "id", "name"],
            union_all(
                select(literal(z.a), PETS.c.id, literal("own")).where(PETS.c.tenant_id == z.a),
                select(literal(z.b), PETS.c.id, literal("leak")).where(PETS.c.tenant_id == z.a),
            ),
        )
    ),
    "insert that updates on conflict": lambda s, z: s.execute(
        upsert(s, OWNERS)
        .values(tenant_id=z.a, id=z.owners[z.a], name="own")
        .on_conflict_do_update(index_elements=["tenant_id", "id"], set_={"tenant_id": z.b})
    ),
    "insert that updates the stranger on conflict": lambda s, z: s.execute(
        upsert(s, OWNERS)
        .values(tenant_id=z.b, id=z.owners[z.b], name="leak")
        .on_conflict_do_update(index_elements=["tenant_id", "id"], set_={"name": "leak"})
    ),
    "delete in a cte": lambda s, z: s.execute(
        select(delete(PETS).where(PETS.c.tenant_id == z.b).returning(PETS.c.id).cte())
    ),
    "insert in a cte": lambda s, z: s.execute(select(insert(OWNERS).values(**_id(z.b)).returning(OWNERS.c.id).cte())),
    "add with the stranger's tenant_id": _add_with_tenant,
    "change tenant_id": _move,
    "point at the stranger's row": _adopt,
    "relationship to the stranger's row": _take_dog,
    "merge": _merge,
    "merge without loading": _merge_unloaded,
    "attach": _attach,
    "refresh": _refresh,
    "delete an attached row": _delete_object,
    "bulk_save_objects": lambda s, z: s.bulk_save_objects([_stolen(z, name="leak")]),
    "bulk_insert_mappings": lambda s, z: s.bulk_insert_mappings(Owner, [_id(z.b)]),
    "bulk_update_mappings": lambda s, z: s.bulk_update_mappings(
        Owner, [{"tenant_id": z.b, "id": z.owners[z.b], "name": "leak"}]
    ),
}
"""Each must leave B's rows as they were, and none of A's may come to hold anything of B."""
