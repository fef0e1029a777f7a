"""What one SELECT, UPDATE, DELETE or INSERT does to tables, and which of its parameters name the organisation."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import FromClause, Join
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import (
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    ClauseElement,
    ColumnClause,
    Grouping,
)
from sqlalchemy.sql.selectable import Alias, FromGrouping, TableClause, TableSample, TableValuedAlias

Conditions = tuple[ClauseElement, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """One mention of a table: at least one of `names` (parameters) must hold the organisation's id."""

    table: str
    parameters: tuple[BindParameter[Any], ...]


@dataclass(frozen=True, slots=True)
class Check:
    """`how` (any, all) of the parameters `keys` must hold the organisation's id in every row; otherwise `problem`."""

    problem: str
    keys: tuple[str, ...]
    how: Callable[[Iterable[bool]], bool]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a statement whatever its parameters are (None: nothing), and what they must be."""

    in_tenant: str | None
    in_network: str | None
    checks: tuple[Check, ...]


@dataclass(slots=True)
class Facts:
    """All that the guard needs to know of one compiled statement."""

    uses: list[Use] = field(default_factory=list)
    writes: set[str] = field(default_factory=set)
    rendered: set[str] = field(default_factory=set)
    written_tenants: list[tuple[str, tuple[BindParameter[Any], ...] | None]] = field(default_factory=list)
    """Per INSERT: the table and the parameters that fill tenant_id; None: something else fills it."""
    refusals: list[str] = field(default_factory=list)
    locks: bool = False
    savepoint: bool = False
    verdict: Verdict | None = None

    def add_select(self, froms: Iterable[FromClause], where: Iterable[ClauseElement]) -> None:
        """Note the tables of a FROM with the conditions that hold for each."""
        conditions = tuple(_flat(where))
        for source in froms:
            self.uses.extend(_uses(source, conditions))

    def add_change(self, table: FromClause, extra: Iterable[FromClause], where: Iterable[ClauseElement]) -> None:
        """Note an UPDATE or DELETE: its table, the tables beside it, and its WHERE."""
        self.writes.add(_name(table))
        self.add_select((table, *extra), where)

    def unseen(self) -> set[str]:
        """Return tables that were written out but not noted: a shape that the guard does not know."""
        return self.rendered - {use.table for use in self.uses} - self.writes


def _flat(clauses: Iterable[Any]) -> Iterator[ClauseElement]:
    """Take ANDs apart: each element that comes out must hold by itself."""
    for clause in clauses:
        if isinstance(clause, Grouping):
            yield from _flat((clause.element,))
        elif isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
            yield from _flat(clause.clauses)
        else:
            yield clause


def _uses(source: FromClause, conditions: Conditions) -> Iterator[Use]:
    if isinstance(source, Join):
        yield from _join_uses(source, conditions)
    elif isinstance(source, FromGrouping):
        yield from _uses(source.element, conditions)
    elif is_table(source):
        yield Use(_name(source), tuple(_tenant_parameters(_key(source), conditions)))
    # Anything else (subquery, CTE, VALUES, function) holds SELECTs of its own, or no table at all.


def _join_uses(join: Join, conditions: Conditions) -> Iterator[Use]:
    """An ON filters both sides of an inner join, the right side of an outer join, and neither of a full join."""
    within = conditions if join.full else (*conditions, *_flat((join.onclause,) if join.onclause is not None else ()))
    yield from _uses(join.left, conditions if join.isouter else within)
    yield from _uses(join.right, within)


def is_table(source: Any) -> bool:
    """Return whether this is a table, or a table under another name."""
    if isinstance(source, (Alias, TableSample)) and not isinstance(source, TableValuedAlias):
        return is_table(source.element)
    return isinstance(source, TableClause)


def _name(source: Any) -> str:
    """Return the name of the real table behind an alias, with its schema."""
    while isinstance(source, (Alias, TableSample)):
        source = source.element
    return str(getattr(source, "fullname", getattr(source, "name", "?")))


def _key(source: FromClause) -> str:
    return str(getattr(source, "name", "?"))


def _tenant_parameters(key: str, conditions: Conditions) -> Iterator[BindParameter[Any]]:
    """Find the parameters that a table's tenant_id must equal, also by way of another table's tenant_id."""
    known = {key}
    pairs = [pair for condition in conditions if (pair := _equal_sides(condition))]
    for _ in pairs:
        for left, right in pairs:
            ends = {end for side in (left, right) if (end := _tenant_column(side))}
            if len(ends) == 2 and ends & known:
                known |= ends
    for left, right in pairs:
        for column, value in ((left, right), (right, left)):
            if isinstance(value, BindParameter) and not value.expanding and _tenant_column(column) in known:
                yield value


def _equal_sides(condition: ClauseElement) -> tuple[ClauseElement, ClauseElement] | None:
    if isinstance(condition, BinaryExpression) and condition.operator is operators.eq:
        return condition.left, condition.right
    return None


def _tenant_column(element: ClauseElement) -> str | None:
    """Return the name by which the FROM knows the table of a tenant_id column; None for any other element."""
    if isinstance(element, ColumnClause) and element.name == "tenant_id" and not element.is_literal:
        table = element.table
        return _key(table) if table is not None and is_table(table) else None
    return None


def sets_tenant(values: Mapping[Any, Any] | Sequence[Any] | None) -> bool:
    """Return whether an UPDATE's values (mapping, or pairs) name tenant_id."""
    keys = values.keys() if isinstance(values, Mapping) else [pair[0] for pair in values or ()]
    return any((key if isinstance(key, str) else getattr(key, "name", None)) == "tenant_id" for key in keys)
