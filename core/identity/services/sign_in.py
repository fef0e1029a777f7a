"""Signing in and unlocking.

These services have transactions of their own, unlike others: an attempt must count although the request is refused, and
no transaction stays open while a password is checked, which takes a tenth of a second.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, select

from core.audit.record import record
from core.clock import Clock
from core.crypto import KeyRing, hash_password, needs_rehash, verify_password
from core.identity.models import Staff
from core.identity.names import MAX_NAME, MAX_PASSWORD
from core.identity.services import sessions, throttle
from core.identity.services.staff import find_by_name
from core.identity.staff_identity import StaffIdentity
from core.tenancy.session import TenantSession, tenant_session


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, and the cookie that proves it from now on."""

    identity: StaffIdentity
    cookie: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Name and password do not fit, for whatever reason; or, with `wait_until`, it is too early to try again."""

    wait_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Proven:
    """An account whose password was given, as it was then."""

    staff_id: UUID
    password_hash: str


@dataclass(frozen=True, slots=True)
class SignInDesk:
    """Checks passwords of an installation's staff. Unknown and known names, switched-off accounts too, answer alike."""

    engine: Engine
    keys: KeyRing
    clock: Clock

    def sign_in(self, tenant_id: UUID, name: str, password: str, old_cookie: str | None = None) -> SignedIn | Refusal:
        """Open a new session for name and password; the session of `old_cookie` ends."""
        proven = self._prove(tenant_id, name, password)
        if isinstance(proven, Refusal):
            return proven
        now = self.clock()
        with tenant_session(self.engine, tenant_id) as session, session.begin():
            staff = _unchanged(session, proven)
            if staff is None:
                return Refusal()
            self._settle(session, staff, name, password)
            self._end_old(session, old_cookie)
            row, cookie = sessions.open_session(session, self.keys, staff, now)
            record(session, staff.id, "identity.signed_in", at=now)
            return SignedIn(sessions.identity_of(row, now), cookie)

    def unlock(self, identity: StaffIdentity, password: str) -> Refusal | None:
        """Take the lock screen away with the password; None when that is done."""
        proven = self._prove(identity.tenant_id, identity.name, password)
        if isinstance(proven, Refusal) or proven.staff_id != identity.id:
            return proven if isinstance(proven, Refusal) else Refusal()
        with tenant_session(self.engine, identity.tenant_id) as session, session.begin():
            staff = _unchanged(session, proven)
            if staff is None:
                return Refusal()
            self._settle(session, staff, identity.name, password)
            sessions.unlock(session, identity.session_id, self.clock())
            record(session, identity.id, "identity.unlocked", at=self.clock())
        return None

    def confirm(self, identity: StaffIdentity, password: str) -> Refusal | None:
        """Check the password of who is signed in already, before something that needs it; None when it is right."""
        proven = self._prove(identity.tenant_id, identity.name, password)
        if isinstance(proven, Refusal):
            return proven
        with tenant_session(self.engine, identity.tenant_id) as session, session.begin():
            throttle.forget_attempts(session, throttle.name_digest(self.keys, identity.tenant_id, identity.name))
        return None

    def _prove(self, tenant_id: UUID, name: str, password: str) -> _Proven | Refusal:
        """One password check for each call that is not too early, whoever the name belongs to, or nobody."""
        name, password = name[: MAX_NAME * 2], password[: MAX_PASSWORD + 1]
        with tenant_session(self.engine, tenant_id) as session, session.begin():
            wait_until = throttle.begin_attempt(session, throttle.name_digest(self.keys, tenant_id, name), self.clock())
            staff = find_by_name(session, name)
            proven = _Proven(staff.id, staff.password_hash) if staff else None
            active = staff is not None and staff.active
        if wait_until is not None:
            return Refusal(wait_until)
        right = verify_password(proven.password_hash if proven and active else None, password)
        if proven and not right:
            self._record_failure(tenant_id, proven.staff_id)
        return proven if proven and right else Refusal()

    def _record_failure(self, tenant_id: UUID, staff_id: UUID) -> None:
        with tenant_session(self.engine, tenant_id) as session, session.begin():
            record(session, staff_id, "identity.sign_in_failed", at=self.clock())

    def _settle(self, session: TenantSession, staff: Staff, name: str, password: str) -> None:
        """After the right password: old attempts and sessions go, and a hash of an older cost is made anew."""
        throttle.forget_attempts(session, throttle.name_digest(self.keys, session.tenant_id, name))
        sessions.forget_old(session, self.clock())
        if needs_rehash(staff.password_hash):
            staff.password_hash = hash_password(password)

    def _end_old(self, session: TenantSession, cookie: str | None) -> None:
        row = sessions.find_by_cookie(session, self.keys, cookie, self.clock()) if cookie else None
        if row is not None:
            sessions.end(session, row.id, self.clock())


def _unchanged(session: TenantSession, proven: _Proven) -> Staff | None:
    """The account, unless it was switched off or its password was changed while we were checking."""
    staff = session.scalars(select(Staff).where(Staff.id == proven.staff_id)).first()
    return staff if staff and staff.active and staff.password_hash == proven.password_hash else None
