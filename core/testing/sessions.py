"""Work on a test's database as an organisation, each piece in a transaction of its own."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Engine

from core.tenancy.session import TenantSession, tenant_session

T = TypeVar("T")


def in_transaction(engine: Engine, tenant_id: UUID, work: Callable[[TenantSession], T]) -> T:
    """Runs `work(session)` as an organisation, commits, and gives what it gave."""
    with tenant_session(engine, tenant_id) as session, session.begin():
        return work(session)
