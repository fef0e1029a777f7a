"""Sessions of signed-in staff: opened, found by cookie, locked, unlocked, ended.

A session lives 12 hours at most. After half an hour without activity it counts as locked, whether or not anybody
looked.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from core.crypto import KeyRing, digest, new_token
from core.identity.models import Staff, StaffSession
from core.identity.staff_identity import StaffIdentity
from core.tenancy.session import TenantSession

LIFETIME = timedelta(hours=12)
IDLE = timedelta(minutes=30)
TOUCH_EVERY = timedelta(minutes=1)


def cookie_digest(keys: KeyRing, tenant_id: UUID, cookie: str) -> bytes:
    """What the database knows of a session cookie; good for one organisation only."""
    return digest(keys.secret("staff-sessions"), "staff-session", tenant_id.bytes, cookie)


def open_session(session: TenantSession, keys: KeyRing, staff: Staff, now: datetime) -> tuple[StaffSession, str]:
    """Open a session; gives its row and the new random cookie, which is kept nowhere."""
    cookie = new_token()
    row = StaffSession(
        staff_id=staff.id,
        cookie_digest=cookie_digest(keys, session.tenant_id, cookie),
        created_at=now,
        seen_at=now,
        locked_at=None,
        ended_at=None,
    )
    session.add(row)
    session.flush()
    return row, cookie


def find_by_cookie(session: TenantSession, keys: KeyRing, cookie: str, now: datetime) -> StaffSession | None:
    """The open session of a cookie; None when it is unknown, ended, too old, or its owner's account is switched off."""
    name = cookie_digest(keys, session.tenant_id, cookie)
    return _if_open(session.scalars(select(StaffSession).where(StaffSession.cookie_digest == name)).first(), now)


def find_by_id(session: TenantSession, session_id: UUID, now: datetime) -> StaffSession | None:
    """The open session with this id (from a realtime token), or None as for a cookie."""
    return _if_open(session.scalars(select(StaffSession).where(StaffSession.id == session_id)).first(), now)


def staff_of_session(session: TenantSession, session_id: UUID | None, now: datetime) -> StaffIdentity | None:
    """Who holds the session with this id; None when it is not open, or locked: then no socket may be either."""
    row = find_by_id(session, session_id, now) if session_id else None
    return identity_of(row, now) if row and not is_locked(row, now) else None


def staff_of_sessions(
    session: TenantSession, session_ids: Iterable[UUID], now: datetime
) -> Mapping[UUID, StaffIdentity]:
    """Who holds each of these sessions; one that is ended, locked or too old is left out: its sockets must be closed.

    One query for all, and of columns alone: many helpers are looked at every few seconds.
    """
    query = (
        select(StaffSession.id, Staff.id, Staff.name, Staff.alias, Staff.roles)
        .join(Staff, (Staff.tenant_id == StaffSession.tenant_id) & (Staff.id == StaffSession.staff_id))
        .where(StaffSession.id.in_(list(session_ids)), StaffSession.ended_at.is_(None), Staff.active.is_(True))
        .where(StaffSession.locked_at.is_(None), StaffSession.seen_at > now - IDLE)
        .where(StaffSession.created_at > now - LIFETIME)
    )
    found = session.execute(query).all()
    return {
        session_id: StaffIdentity(staff_id, session.tenant_id, name, alias, roles, session_id, locked=False)
        for session_id, staff_id, name, alias, roles in found
    }


def _if_open(row: StaffSession | None, now: datetime) -> StaffSession | None:
    if row is None or row.ended_at is not None or not row.staff.active:
        return None
    return row if now < row.created_at + LIFETIME else None


def is_locked(row: StaffSession, now: datetime) -> bool:
    """Whether the lock screen is up: somebody put it up, or nothing was done for half an hour."""
    return row.locked_at is not None or now >= row.seen_at + IDLE


def identity_of(row: StaffSession, now: datetime) -> StaffIdentity:
    """The session's owner, as screens and handlers know them."""
    staff = row.staff
    return StaffIdentity(
        staff.id, row.tenant_id, staff.name, staff.alias, staff.roles, row.id, locked=is_locked(row, now)
    )


def touch(session: TenantSession, session_id: UUID, now: datetime) -> None:
    """Something was done in this session: half an hour begins anew, unless it had already passed."""
    touch_all(session, [session_id], now)


def touch_all(session: TenantSession, session_ids: Iterable[UUID], now: datetime) -> None:
    """Touches many sessions at once."""
    awake = (StaffSession.locked_at.is_(None), StaffSession.seen_at > now - IDLE)
    session.execute(update(StaffSession).where(StaffSession.id.in_(list(session_ids)), *awake).values(seen_at=now))


def lock(session: TenantSession, session_id: UUID, now: datetime) -> None:
    """Put the lock screen up; a second time changes nothing."""
    unlocked = StaffSession.locked_at.is_(None)
    session.execute(update(StaffSession).where(StaffSession.id == session_id, unlocked).values(locked_at=now))


def unlock(session: TenantSession, session_id: UUID, now: datetime) -> None:
    """Take the lock screen away. Whoever calls this has checked the password."""
    values = {"locked_at": None, "seen_at": now}
    session.execute(update(StaffSession).where(StaffSession.id == session_id).values(**values))


def end(session: TenantSession, session_id: UUID, now: datetime) -> None:
    """End a session: from now on its cookie opens nothing."""
    open_still = StaffSession.ended_at.is_(None)
    session.execute(update(StaffSession).where(StaffSession.id == session_id, open_still).values(ended_at=now))


def end_all(session: TenantSession, staff_id: UUID, now: datetime, but: UUID | None = None) -> None:
    """End all sessions of a member of staff, or all `but` one."""
    rows = update(StaffSession).where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None))
    session.execute((rows if but is None else rows.where(StaffSession.id != but)).values(ended_at=now))


def forget_old(session: TenantSession, now: datetime) -> None:
    """Delete the sessions that can never be used again."""
    session.execute(delete(StaffSession).where(StaffSession.created_at <= now - LIFETIME))
    session.execute(delete(StaffSession).where(StaffSession.ended_at.is_not(None)))
