"""Staff for tests of services, without signing in; and what is on record of them."""

from uuid import UUID, uuid4

from sqlalchemy import select

from core.audit.models import AuditRecord
from core.clock import Clock, utc_now
from core.identity.models import Staff
from core.identity.staff_identity import StaffIdentity
from core.tenancy.session import TenantSession


def add_helper(session: TenantSession, alias: str = "Noor", clock: Clock = utc_now) -> StaffIdentity:
    """A helper of the session's organisation, whose account no password opens."""
    roles = frozenset({"helper"})
    name = f"{alias.lower()}-{uuid4().hex[:8]}"
    staff = Staff(name=name, alias=alias, roles=roles, password_hash="-", created_at=clock())
    session.add(staff)
    session.flush()
    return StaffIdentity(staff.id, session.tenant_id, name, alias, roles, uuid4())


def deeds(session: TenantSession) -> list[tuple[UUID, str]]:
    """Who did what, in order, as the record of the session's organisation says."""
    rows = session.scalars(select(AuditRecord).order_by(AuditRecord.at, AuditRecord.id))
    return [(row.staff_id, row.action) for row in rows]
