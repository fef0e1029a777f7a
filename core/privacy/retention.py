"""How long the core's own rooms keep what is about people."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from core.audit.models import AuditRecord
from core.events.telling import forget_events
from core.hookspecs.values import Retention
from core.identity.models import SignInFailure
from core.identity.services.sessions import forget_old
from core.identity.services.throttle import MEMORY
from core.tenancy.session import TenantSession

_FIVE_YEARS = timedelta(days=5 * 365 + 2)
"""With two leap days, as many as five years can have."""


def core_retention() -> tuple[Retention, ...]:
    """The rules of the core's rooms, applied for every organisation."""
    return (
        Retention("core.staff_sessions", "Sessions of staff that are over.", timedelta(), _forget_sessions),
        Retention("core.sign_in_failures", "Failed attempts to sign in.", MEMORY, _forget_failures),
        Retention("core.audit", "What staff did.", _FIVE_YEARS, _forget_audit),
        Retention("core.events", "Events that a plugin could not be told.", timedelta(days=30), forget_events),
    )


def _forget_sessions(session: TenantSession, before: datetime) -> int:
    forget_old(session, before)
    return 0


def _forget_failures(session: TenantSession, before: datetime) -> int:
    return len(
        session.scalars(delete(SignInFailure).where(SignInFailure.at <= before).returning(SignInFailure.id)).all()
    )


def _forget_audit(session: TenantSession, before: datetime) -> int:
    return len(session.scalars(delete(AuditRecord).where(AuditRecord.at <= before).returning(AuditRecord.id)).all())
