"""A helper's own key: made once, in their browser; made anew when the words were forgotten or given away."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from core.audit.record import record
from core.keys.models import IdentityKey
from core.keys.refused import KeysRefused
from core.keys.services.shifts import end_shifts_of
from core.tenancy.session import TenantSession


def identity_of(session: TenantSession, staff_id: UUID) -> IdentityKey | None:
    """The key of a member of staff; None before they made one."""
    return session.scalars(select(IdentityKey).where(IdentityKey.staff_id == staff_id)).one_or_none()


def all_identities(session: TenantSession) -> dict[UUID, IdentityKey]:
    """The keys of all staff."""
    return {row.staff_id: row for row in session.scalars(select(IdentityKey))}


def keep_identity(
    session: TenantSession, staff_id: UUID, public: bytes, wrapped: bytes, now: datetime, *, anew: bool = False
) -> IdentityKey:
    """Keep a helper's wrapped key; it counts once a coordinator has signed it.

    `anew`: in the place of the one that there is, whose shift ends with it. Raises KeysRefused ("has_identity").
    """
    old = identity_of(session, staff_id)
    if old is not None:
        if not anew:
            raise KeysRefused("has_identity")
        session.execute(delete(IdentityKey).where(IdentityKey.id == old.id))
        end_shifts_of(session, staff_id, now)
    row = IdentityKey(staff_id=staff_id, public=public, wrapped=wrapped, made_at=now)
    session.add(row)
    record(session, staff_id, "keys.identity_made", f"staff:{staff_id}", at=now)
    session.flush()
    return row
