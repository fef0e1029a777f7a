"""Bounds the database time of work that has a budget: a plugin's, while it is asked something in a request.

On PostgreSQL the work gets a savepoint and a statement timeout, on SQLite a handler that interrupts the statement. Work
that fails leaves the transaction around it usable.
"""

import threading
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Engine, event

from core.database.guard import OWN_STATEMENT

STATEMENT_TIMEOUT = "30s"
"""How long a statement may take where no deadline is in force, on PostgreSQL."""
_STEPS = 1000
"""Steps of SQLite's machine between two looks at the clock; a million take some milliseconds."""


class OutOfTime(Exception):
    """Raised instead of sending one more statement after the deadline."""


class Deadline:
    """Until when the work at hand may use the database. One object serves one piece of work after another."""

    __slots__ = ("connections", "limit", "until")

    def __init__(self, limit: float) -> None:
        """`limit`: seconds that one statement may take, and after which no more are sent."""
        self.limit = limit
        self.until = 0.0
        self.connections: list[Connection] = []
        """Those that the work at hand has sent a statement to."""

    def meet(self, connection: Connection) -> None:
        """Prepares a connection that the work uses. Raises OutOfTime after the deadline."""
        if perf_counter() > self.until:
            raise OutOfTime("The time for the database is used up.")
        if connection not in self.connections:
            self.connections.append(connection)
            _bound(connection, self)

    def settle(self, *, went_well: bool) -> None:
        """Ends the work at hand: what failed is undone, the connections are as before."""
        connections, self.connections = self.connections, []
        for connection in connections:
            _release(connection, went_well=went_well)


class _InForce(threading.local):
    deadline: Deadline | None = None


_in_force = _InForce()


def put_in_force(deadline: Deadline | None) -> Deadline | None:
    """Lets a deadline hold for this thread's statements; gives the one that held until now, to be put back after."""
    before, _in_force.deadline = _in_force.deadline, deadline
    return before


def watch(engine: Engine) -> None:
    """Lets this engine's statements keep to the deadline in force."""
    event.listen(engine, "before_cursor_execute", _before_statement)


def _before_statement(
    connection: Connection, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool
) -> None:
    deadline = _in_force.deadline
    if deadline is not None and not context.execution_options.get(OWN_STATEMENT):
        deadline.meet(connection)


def _bound(connection: Connection, deadline: Deadline) -> None:
    if connection.dialect.name == "sqlite":
        _sqlite(connection).set_progress_handler(lambda: perf_counter() > deadline.until, _STEPS)
    else:
        _send(connection, "SAVEPOINT luwte_bounded")
        _send(connection, f"SET LOCAL statement_timeout = {max(1, int(deadline.limit * 1000))}")


def _release(connection: Connection, *, went_well: bool) -> None:
    if connection.closed or connection.invalidated:
        return
    if connection.dialect.name == "sqlite":
        _sqlite(connection).set_progress_handler(None, 0)
    elif connection.in_transaction():
        if not went_well:
            _send(connection, "ROLLBACK TO SAVEPOINT luwte_bounded")
        _send(connection, "RELEASE SAVEPOINT luwte_bounded")
        _send(connection, f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")


def _sqlite(connection: Connection) -> Any:
    """The driver's own connection, which alone can interrupt."""
    return connection.connection.driver_connection


def _send(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement, execution_options={OWN_STATEMENT: True})
