"""The compiler that notes, while it writes a statement out, what the guard must know.

An ORM-level filter sees a statement before it is taken apart, so shapes slip past it; a walk over the statement as
given does not see what the ORM adds to it. The compiler meets each SELECT, UPDATE, DELETE and INSERT at the moment when
its final FROM and WHERE are known, however deep it lies, and only once per cached statement.
"""

# SQLAlchemy's compiler methods have no types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, override"

import re
from typing import Any

from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter, ColumnClause, Label

from core.database.statement_facts import Facts, is_table, sets_tenant

_HARMLESS_LITERALS = {"1", "*"}
"""Literal columns that SQLAlchemy itself writes, in EXISTS (SELECT 1 …) and count(*)."""
_FORBIDDEN_FUNCTIONS = frozenset(
    {"set_config", "load_extension", "query_to_xml", "query_to_xml_and_xmlschema", "dblink", "dblink_exec"}
)
_TENANT_VALUE = re.compile(r"tenant_id(_m\d+)?")


def guarded(compiler: type[SQLCompiler]) -> type[SQLCompiler]:
    """Return a dialect's statement compiler with the note-taking added."""
    return type(f"Guarded{compiler.__name__}", (_NoteTaking, compiler), {})


def facts_of(compiled: object) -> Facts | None:
    """Return the notes of a compiled statement; None when it was not compiled by a guarded compiler (DDL)."""
    return getattr(compiled, "luwte_facts", None)


class _NoteTaking(SQLCompiler):
    luwte_facts: Facts

    def __init__(self, *args: Any, **options: Any) -> None:
        self.luwte_facts = Facts()
        super().__init__(*args, **options)

    def _compose_select_body(  # noqa: PLR0913, PLR0917 - SQLAlchemy's signature
        self, text, select, compile_state, inner_columns, froms, byfrom, toplevel, kwargs
    ):
        self.luwte_facts.add_select(froms, select._where_criteria)
        self.luwte_facts.locks |= select._for_update_arg is not None
        return super()._compose_select_body(text, select, compile_state, inner_columns, froms, byfrom, toplevel, kwargs)

    def update_tables_clause(self, update_stmt, from_table, extra_froms, **kw):
        self.luwte_facts.add_change(from_table, extra_froms, update_stmt._where_criteria)
        values = (update_stmt._values, *(update_stmt._multi_values or ()))
        if any(sets_tenant(each) for each in values) or "tenant_id" in (self.column_keys or ()):
            self.luwte_facts.refusals.append("changes tenant_id")
        return super().update_tables_clause(update_stmt, from_table, extra_froms, **kw)

    def delete_table_clause(self, delete_stmt, from_table, extra_froms, **kw):
        self.luwte_facts.add_change(from_table, extra_froms or (), delete_stmt._where_criteria)
        return super().delete_table_clause(delete_stmt, from_table, extra_froms, **kw)

    def visit_insert(self, insert_stmt, visited_bindparam=None, visiting_cte=None, **kw):
        before = set(self.bind_names)
        text = super().visit_insert(insert_stmt, visited_bindparam=visited_bindparam, visiting_cte=visiting_cte, **kw)
        table = getattr(insert_stmt.table, "fullname", "?")
        self.luwte_facts.writes.add(table)
        self.luwte_facts.rendered.discard("?")
        new = [bind for bind in self.bind_names if bind not in before]
        self.luwte_facts.written_tenants.append((table, _inserted_tenants(self, insert_stmt, new)))
        return text

    def visit_on_conflict_do_update(self, on_conflict, **kw):
        if sets_tenant(on_conflict.update_values_to_set):
            self.luwte_facts.refusals.append("changes tenant_id")
        return super().visit_on_conflict_do_update(on_conflict, **kw)  # type: ignore[misc]

    def visit_table(self, table, asfrom=False, **kw):
        if asfrom:
            self.luwte_facts.rendered.add(getattr(table, "fullname", table.name))
        return super().visit_table(table, asfrom=asfrom, **kw)

    def visit_column(self, column, *args, **kw):
        if column.is_literal and column.name not in _HARMLESS_LITERALS:
            self.luwte_facts.refusals.append("holds a literal column")
        return super().visit_column(column, *args, **kw)

    def visit_textclause(self, textclause, *args, **kw):
        self.luwte_facts.refusals.append("holds text()")
        return super().visit_textclause(textclause, *args, **kw)

    def visit_tstring(self, tstring, *args, **kw):
        self.luwte_facts.refusals.append("holds a template string")
        return super().visit_tstring(tstring, *args, **kw)

    def visit_function(self, func, *args, **kw):
        if func.name.lower() in _FORBIDDEN_FUNCTIONS:
            self.luwte_facts.refusals.append(f"calls {func.name}()")
        return super().visit_function(func, *args, **kw)

    def visit_savepoint(self, savepoint_stmt, **kw):
        self.luwte_facts.savepoint = True
        return super().visit_savepoint(savepoint_stmt, **kw)


def _inserted_tenants(compiler: SQLCompiler, statement: Any, new: list[BindParameter[Any]]) -> Any:
    """Return the parameters that fill tenant_id, one per row of VALUES; an empty tuple when a filtered table does."""
    if statement.select is not None:
        return _selected_tenant(statement)
    found = tuple(bind for bind in new if _TENANT_VALUE.fullmatch(compiler.bind_names[bind]))
    rows = len(statement._multi_values[0]) if statement._multi_values else 1
    return found if len(found) == rows else None


def _selected_tenant(statement: Any) -> tuple[BindParameter[Any], ...] | None:
    """For INSERT … SELECT: tenant_id must be a parameter, or that of a table, which its SELECT must filter."""
    names = [getattr(name, "name", name) for name in statement._select_names or ()]
    columns = list(getattr(statement.select, "selected_columns", ()))
    if "tenant_id" not in names or len(columns) != len(names):
        return None
    column = columns[names.index("tenant_id")]
    while isinstance(column, Label):
        column = column.element
    if isinstance(column, BindParameter):
        return (column,)
    own = isinstance(column, ColumnClause) and column.name == "tenant_id" and column.table is not None
    return () if own and is_table(column.table) else None
