"""Growing waits after wrong passwords, counted per sign-in name and never per address.

Names are counted whether or not somebody has them, so that a wait tells nothing.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from core.crypto import KeyRing, digest
from core.identity.models import SignInFailure
from core.identity.names import canonical_name
from core.tenancy.session import TenantSession

FREE_ATTEMPTS = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
MEMORY = timedelta(hours=1)
"""After this long an attempt is forgotten."""


def name_digest(keys: KeyRing, tenant_id: UUID, name: str) -> bytes:
    """What the database sees of a tried name: people type passwords in the wrong field."""
    return digest(keys.secret("sign-in-names"), "sign-in-name", tenant_id.bytes, canonical_name(name))


def wait_after(attempts: int) -> timedelta:
    """How long after the last of so many attempts the next one may come: none for the first five, then it doubles."""
    extra = attempts - FREE_ATTEMPTS
    if extra < 0:
        return timedelta()
    return min(FIRST_WAIT * (1 << min(extra, 10)), LONGEST_WAIT)


def begin_attempt(session: TenantSession, name: bytes, now: datetime) -> datetime | None:
    """Count an attempt before its password is looked at, or refuse it: then the moment from which another may come.

    Counting first keeps a burst of attempts at once from all slipping in before one of them is known to be wrong.
    A refused attempt is not counted, so that hammering does not lengthen the wait.
    """
    session.execute(delete(SignInFailure).where(SignInFailure.at <= now - MEMORY))
    _one_at_a_time(session, name)
    counted = select(func.count(SignInFailure.id), func.max(SignInFailure.at)).where(SignInFailure.name_digest == name)
    attempts, latest = session.execute(counted).one()
    if attempts and latest + wait_after(attempts) > now:
        return latest + wait_after(attempts)
    session.add(SignInFailure(name_digest=name, at=now))
    return None


def _one_at_a_time(session: TenantSession, name: bytes) -> None:
    """Wait for another attempt with this name to be counted. On SQLite the whole transaction waits by itself."""
    session.scalars(select(SignInFailure.id).where(SignInFailure.name_digest == name).with_for_update()).all()


def forget_attempts(session: TenantSession, name: bytes) -> None:
    """The right password was given: nothing is held against the name any more."""
    session.execute(delete(SignInFailure).where(SignInFailure.name_digest == name))
