"""What a connection may do. Every statement is judged by its connection's scope; without one by the narrowest."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection, Engine

OPTION = "luwte_scope"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a connection is for.

    `tenant`: one organisation's rows. `network`: reviewed network-wide tables. `owner`: migrations and inspection,
    unguarded. `writes` says whether SQLite takes its write lock at the beginning. `name` says what the work is.
    """

    kind: Literal["tenant", "network", "owner"]
    tenant_id: UUID | None = None
    writes: bool = False
    name: str = ""


NETWORK = Scope("network")


def scope_of(connection: Connection) -> Scope:
    """Return the scope of a connection; one without a scope gets the network's reading scope."""
    scope = connection.get_execution_options().get(OPTION, NETWORK)
    return scope if isinstance(scope, Scope) else NETWORK


def scoped(engine: Engine, scope: Scope) -> Engine:
    """Return the same engine (same pool) whose connections have this scope."""
    return engine.execution_options(**{OPTION: scope})


def unguarded(engine: Engine, *, writes: bool = True) -> Engine:
    """Return the engine for migrations and inspection, whose statements nobody judges. Nothing else may use it."""
    return scoped(engine, Scope("owner", writes=writes))
