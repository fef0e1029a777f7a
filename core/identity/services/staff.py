"""Accounts: adding somebody, changing password or roles, switching an account off and on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.audit.record import record
from core.crypto import hash_password
from core.errors import LuwteError
from core.identity.models import Staff
from core.identity.names import MAX_NAME, MAX_PASSWORD, MIN_PASSWORD, canonical_name
from core.identity.services import sessions
from core.tenancy.session import TenantSession


def find_by_name(session: TenantSession, name: str) -> Staff | None:
    """The account with this sign-in name, switched off or not. None for what no database holds (NUL)."""
    known = canonical_name(name)
    return session.scalars(select(Staff).where(Staff.name == known)).first() if known.isprintable() else None


def all_staff(session: TenantSession) -> list[Staff]:
    """All accounts of the organisation by name."""
    return list(session.scalars(select(Staff).order_by(Staff.name)))


def add_staff(
    session: TenantSession, name: str, alias: str, roles: frozenset[str], password: str, now: datetime
) -> Staff:
    """Add an account; `roles` were checked by `check_roles`.

    Raises LuwteError with one sentence when the name is taken or unfit, or the password too short.
    """
    name = _checked(canonical_name(name), "sign-in name")
    if find_by_name(session, name):
        raise LuwteError(f"There is already somebody with the sign-in name {name}: choose another.")
    staff = Staff(
        name=name,
        alias=_checked(alias.strip(), "alias"),
        roles=roles,
        password_hash=hash_password(check_password(password)),
        active=True,
        created_at=now,
    )
    session.add(staff)
    record(session, staff.id, "identity.staff_added", f"staff:{staff.id}", at=now)
    session.flush()
    return staff


def check_password(password: str) -> str:
    """The password when it is long enough to choose. Raises LuwteError with one sentence otherwise."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise LuwteError(f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters: a few words together are best.")
    return password


def set_password(session: TenantSession, staff: Staff, password: str, now: datetime, keep: UUID | None = None) -> None:
    """Give an account a new password and end its sessions, but for the session `keep` in which it was changed."""
    staff.password_hash = hash_password(check_password(password))
    sessions.end_all(session, staff.id, now, but=keep)
    record(session, staff.id, "identity.password_changed", f"staff:{staff.id}", at=now)


def set_roles(session: TenantSession, staff: Staff, roles: frozenset[str], now: datetime) -> None:
    """Give an account other roles (checked by `check_roles`). It signs in anew: what was opened before is closed."""
    staff.roles = roles
    sessions.end_all(session, staff.id, now)
    record(session, staff.id, "identity.roles_changed", f"staff:{staff.id}", at=now)


def set_active(session: TenantSession, staff: Staff, active: bool, now: datetime) -> None:
    """Switch an account off (its sessions end at once) or on again."""
    staff.active = active
    if not active:
        sessions.end_all(session, staff.id, now)
    action = "identity.staff_enabled" if active else "identity.staff_disabled"
    record(session, staff.id, action, f"staff:{staff.id}", at=now)


def _checked(text: str, what: str) -> str:
    if not 1 <= len(text) <= MAX_NAME or not text.isprintable():
        raise LuwteError(f"The {what} must have 1 to {MAX_NAME} ordinary characters.")
    return text
