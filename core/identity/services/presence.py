"""Who is behind a cookie, asked for every page of the workplace.

It has transactions of its own: that somebody was active, or that the lock fell, stays true when the page fails.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine

from core.audit.record import record
from core.clock import Clock
from core.crypto import KeyRing
from core.identity.models import StaffSession
from core.identity.services import sessions
from core.identity.staff_identity import StaffIdentity
from core.tenancy.session import TenantSession, tenant_session


def who_is_here(engine: Engine, keys: KeyRing, clock: Clock, tenant_id: UUID, cookie: str) -> StaffIdentity | None:
    """The member of staff whose session this is, with `locked` set after half an hour of nothing; else None."""
    now = clock()
    with tenant_session(engine, tenant_id, writes=False) as session, session.begin():
        row = sessions.find_by_cookie(session, keys, cookie, now)
        if row is None:
            return None
        _notice(session, row, now)
        return sessions.identity_of(row, now)


def _notice(session: TenantSession, row: StaffSession, now: datetime) -> None:
    """Keep up the time of the last activity, to the minute; write down, once, that the lock fell by itself."""
    if row.locked_at is not None:
        return
    if sessions.is_locked(row, now):
        sessions.lock(session, row.id, now)
        record(session, row.staff_id, "identity.locked", at=now)
    elif now >= row.seen_at + sessions.TOUCH_EVERY:
        sessions.touch(session, row.id, now)
