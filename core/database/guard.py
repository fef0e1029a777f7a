"""The guard over every statement: what a connection's scope does not allow is refused before it reaches the database.

On SQLite, which has no row-level security, organisations are kept apart by this guard. On PostgreSQL it is the first of
two lines.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.sql.elements import BindParameter

from core.database.base import NETWORK_TABLES
from core.database.guard_compiler import facts_of, guarded
from core.database.scope import Scope, scope_of
from core.database.statement_facts import Check, Facts, Verdict
from core.errors import LuwteError

OWN_STATEMENT = "luwte_own_statement"
"""Execution option of the few driver-level statements that this room itself sends (BEGIN, set_config)."""


class IsolationError(LuwteError):
    """A statement that could have read or written another organisation's rows; nothing was sent to the database."""


def guard(engine: Engine) -> None:
    """Judge every statement of an engine by the scope of its connection."""
    engine.dialect.statement_compiler = guarded(engine.dialect.statement_compiler)
    event.listen(engine, "before_cursor_execute", _judge)


def _judge(connection: Connection, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
    scope = scope_of(connection)
    if scope.kind == "owner" or context.execution_options.get(OWN_STATEMENT):
        return
    facts = facts_of(context.compiled)
    if facts is None:
        raise IsolationError(
            "A statement was refused: write it with select(), insert(), update() or delete(), not as SQL."
        )
    if not facts.savepoint:
        judge(facts, scope, context)


def judge(facts: Facts, scope: Scope, context: Any) -> None:
    """Raise IsolationError when the statement with these parameters goes beyond the scope."""
    if facts.verdict is None:
        facts.verdict = _verdict(facts, context.compiled.bind_names)
    verdict = facts.verdict
    problem = verdict.in_tenant if scope.kind == "tenant" else verdict.in_network
    if problem is None and scope.kind == "tenant":
        problem = _foreign_parameter(verdict, scope, context.compiled_parameters or [{}])
    if problem:
        raise IsolationError(f"A statement was refused, because it {problem}.")


def _verdict(facts: Facts, names: Mapping[Any, str]) -> Verdict:
    """Say once per compiled statement what holds whatever its parameters are."""
    shape = [*facts.refusals, *(f"uses {name} in an unknown way" for name in sorted(facts.unseen()))]
    touched = sorted({use.table for use in facts.uses} | facts.writes)
    beyond = [f"touches {name}, which needs a tenant session" for name in touched if name not in NETWORK_TABLES]
    common = [f"writes {name}, which belongs to the whole network" for name in sorted(facts.writes & NETWORK_TABLES)]
    checks = [
        Check(f"does not keep {use.table} to this organisation", _keys(use.parameters, names), any)
        for use in facts.uses
        if use.table not in NETWORK_TABLES
    ]
    for table, binds in facts.written_tenants:
        # A parameter that was not written out under a name of its own proves nothing.
        if table not in NETWORK_TABLES and (binds is None or len(_keys(binds, names)) < len(binds)):
            common.append(f"does not write this organisation's tenant_id into {table}")
        elif table not in NETWORK_TABLES and binds:
            checks.append(Check(f"writes another tenant_id into {table}", _keys(binds, names), all))
    return Verdict(next(iter(shape + common), None), next(iter(shape + beyond), None), tuple(checks))


def _keys(binds: tuple[BindParameter[Any], ...], names: Mapping[Any, str]) -> tuple[str, ...]:
    return tuple(names[bind] for bind in binds if bind in names)


def _foreign_parameter(verdict: Verdict, scope: Scope, rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the first thing that is not kept to the organisation in some row of parameters."""
    for check in verdict.checks:
        for row in rows:
            if not check.how([row.get(key) == scope.tenant_id for key in check.keys]):
                return check.problem
    return None
