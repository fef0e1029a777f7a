"""Sessions. A tenant session sees and writes one organisation's rows; a network session the network-wide tables."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar
from uuid import UUID

import zope.sqlalchemy
from sqlalchemy import Engine, event
from sqlalchemy.orm import FromStatement, ORMExecuteState, Session, UOWTransaction, with_loader_criteria

from core.database.base import TenantModel
from core.database.guard import IsolationError
from core.database.scope import Scope, scoped

Row = TypeVar("Row", bound=TenantModel)
_LIBRARIES = ("sqlalchemy", "zope.sqlalchemy")


class _PlainSession(Session):
    """A session without the doors that lead round the guard."""

    def get_bind(self, *args: Any, **options: Any) -> Any:
        """For SQLAlchemy itself; raises IsolationError for anyone else."""
        _for_libraries_only("get_bind")
        return super().get_bind(*args, **options)

    def connection(self, *args: Any, **options: Any) -> Any:
        """For SQLAlchemy itself; raises IsolationError for anyone else."""
        _for_libraries_only("connection")
        return super().connection(*args, **options)

    def bulk_save_objects(self, *_: Any, **__: Any) -> NoReturn:
        """Raise IsolationError: add the objects instead."""
        _refuse("bulk_save_objects")

    def bulk_insert_mappings(self, *_: Any, **__: Any) -> NoReturn:
        """Raise IsolationError: add objects instead."""
        _refuse("bulk_insert_mappings")

    def bulk_update_mappings(self, *_: Any, **__: Any) -> NoReturn:
        """Raise IsolationError: use update() instead."""
        _refuse("bulk_update_mappings")


class TenantSession(_PlainSession):
    """A session for one organisation. It filters every ORM statement, and writes tenant_id on what is added."""

    def __init__(self, engine: Engine, tenant_id: UUID, *, writes: bool = True) -> None:
        """`writes` False: SQLite waits with its write lock until the first write (see core.database.engine)."""
        if not isinstance(tenant_id, UUID):
            raise IsolationError("A tenant session needs the id of an organisation: without one there is no session.")
        super().__init__(scoped(engine, Scope("tenant", tenant_id, writes)), expire_on_commit=False)
        self._tenant_id = tenant_id

    @property
    def tenant_id(self) -> UUID:
        """The organisation whose rows this session sees."""
        return self._tenant_id

    def find(self, model: type[Row], row_id: UUID, *, lock: bool = False) -> Row | None:
        """Return the row with this id, None when there is none; a stranger's id answers as one that never was.

        `lock`: hold the row until the end of the transaction.
        """
        return self.get(model, (self._tenant_id, row_id), with_for_update=True if lock else None)


class NetworkSession(_PlainSession):
    """A session for the network-wide tables, named by its purpose. Rows of organisations stay out of its reach."""

    def __init__(self, engine: Engine, purpose: str, *, writes: bool = True) -> None:
        """`purpose` says in a word what this is for ("import", "console")."""
        super().__init__(scoped(engine, Scope("network", None, writes, purpose)), expire_on_commit=False)
        self.purpose = purpose


@contextmanager
def tenant_session(engine: Engine, tenant_id: UUID, *, writes: bool = True) -> Iterator[TenantSession]:
    """Give a session for one organisation and close it after.

    Nothing is committed by itself: `with tenant_session(engine, tenant.id) as session, session.begin(): …`.
    """
    with TenantSession(engine, tenant_id, writes=writes) as session:
        yield session


@contextmanager
def network_session(engine: Engine, purpose: str, *, writes: bool = True) -> Iterator[NetworkSession]:
    """Give a session for the network-wide tables and close it after."""
    with NetworkSession(engine, purpose, writes=writes) as session:
        yield session


def joined_session(engine: Engine, tenant_id: UUID, manager: Any, *, writes: bool = True) -> TenantSession:
    """Return a session that commits and rolls back with a transaction manager (`request.tm`), and is closed by it.

    Give `writes=False` for requests that read (GET, HEAD): they then wait for nobody on SQLite.
    """
    session = TenantSession(engine, tenant_id, writes=writes)
    # "changed": otherwise what is written with insert(), update(), delete() would be rolled back without a word.
    zope.sqlalchemy.register(session, initial_state="changed", transaction_manager=manager)
    return session


def each_tenant(
    engine: Engine, tenant_ids: list[UUID], purpose: str, record: Callable[[TenantSession, str], None]
) -> Iterator[TenantSession]:
    """Work over many organisations: give a session in a transaction of its own for each, one after another.

    `record(session, purpose)` writes the audit record into the same transaction: such work is always on record.
    """
    for tenant_id in tenant_ids:
        with tenant_session(engine, tenant_id) as session, session.begin():
            record(session, purpose)
            yield session


def _for_libraries_only(method: str) -> None:
    caller = sys._getframe(2).f_globals.get("__name__", "")  # noqa: SLF001 - the caller's module decides
    if not caller.startswith(_LIBRARIES):
        _refuse(method)


def _refuse(method: str) -> NoReturn:
    raise IsolationError(
        f"session.{method}() is not offered, because it leads round the guard: use select(), add(), update()."
    )


@event.listens_for(TenantSession, "do_orm_execute")
def _filter(state: ORMExecuteState) -> None:
    """Add `tenant_id = this` for each model in the statement, wherever it stands."""
    if isinstance(state.statement, FromStatement):
        _refuse("from_statement")
    session = state.session
    if isinstance(session, TenantSession) and not state.is_insert:
        tenant_id = session.tenant_id
        state.statement = state.statement.options(
            with_loader_criteria(TenantModel, lambda model: model.tenant_id == tenant_id, include_aliases=True)
        )


@event.listens_for(TenantSession, "before_attach")
def _refuse_strangers(session: Session, row: object) -> None:
    """Refuse a row that already belongs to another organisation."""
    if isinstance(session, TenantSession) and isinstance(row, TenantModel):
        _check_own(session, row)


@event.listens_for(TenantSession, "before_flush")
def _write_tenant(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Write tenant_id on new rows; refuse one that was set by hand to another organisation."""
    assert isinstance(session, TenantSession)  # noqa: S101 - listens to no other
    for row in session.new:
        if isinstance(row, TenantModel) and row.__dict__.get("tenant_id") is None:
            row.tenant_id = session.tenant_id
    for row in (*session.new, *session.dirty):
        if isinstance(row, TenantModel):
            _check_own(session, row)


def _check_own(session: TenantSession, row: TenantModel) -> None:
    # Read without loading: an expired row would ask the database in the middle of a flush.
    owner = row.__dict__.get("tenant_id")
    if owner is not None and owner != session.tenant_id:
        raise IsolationError(
            f"A {type(row).__name__} of another organisation was refused: tenant_id is written by the session, once."
        )
