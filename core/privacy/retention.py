"""The table of how long things stay: what the core's own rooms keep about people. Plugins declare theirs.

A line holds the default; how long it is at an organisation, `core/privacy/limits.py` works out. A room that begins to
keep something about people adds its line here; the tests find tables that no line empties.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from core.anonymity.models import TimeOut
from core.anonymity.time_outs import forget_time_outs
from core.audit.models import AuditRecord
from core.events.telling import forget_events
from core.hookspecs.values import Retention
from core.identity.models import SignInFailure, Staff, StaffSession
from core.identity.services.sessions import forget_old
from core.identity.services.throttle import MEMORY
from core.keys.models import Shift
from core.keys.services.shifts import KEPT
from core.plugin_host.host import PluginHost
from core.privacy.own_rooms import ERASED, blank_account
from core.tenancy.session import TenantSession

FIVE_YEARS = timedelta(days=5 * 365 + 2)
"""With two leap days, as many as five years can have."""
A_MONTH = timedelta(days=30)


def core_retention() -> tuple[Retention, ...]:
    """The rules of the core's rooms, applied for every organisation."""
    return (
        Retention(
            "core.staff", "Accounts of staff who have left.", A_MONTH, _forget_staff, shortest=timedelta(days=1),
            label_key="limits.staff", label="Accounts of people who have left",
        ),
        Retention(
            "core.staff_sessions", "Sessions of staff that are over.", timedelta(), _forget_sessions, (StaffSession,),
            label_key="limits.staff_sessions", label="Sign-ins that are over",
        ),
        Retention(
            "core.sign_in_failures", "Failed attempts to sign in.", MEMORY, _forget_failures, (SignInFailure,), MEMORY,
            label_key="limits.sign_in_failures", label="Failed attempts to sign in",
        ),
        Retention(
            "core.time_outs", "Time-outs that are over.", timedelta(), forget_time_outs, (TimeOut,),
            label_key="limits.time_outs", label="Time-outs that are over",
        ),
        Retention(
            "core.shifts", "Shifts that are over.", KEPT, _forget_shifts, (Shift,), KEPT,
            label_key="limits.shifts", label="Shifts that are over",
        ),
        Retention(
            "core.audit", "What staff did.", FIVE_YEARS, _forget_audit, (AuditRecord,), shortest=timedelta(days=366),
            label_key="limits.audit", label="The record of what staff did",
        ),
        Retention(
            "core.events", "Events that a plugin could not be told.", A_MONTH, forget_events,
            shortest=timedelta(days=1),
            label_key="limits.events", label="News between plug-ins that could not be delivered",
        ),
    )  # fmt: skip


BACKUPS = Retention(
    "core.backups",
    "Backups of the whole installation.",
    A_MONTH,
    lambda session, before: 0,
    shortest=timedelta(days=1),
    longest=timedelta(days=92),
    label_key="limits.backups",
    label="Backups of everything",
)
"""Files, not rows of an organisation: the network alone says how long they stay (`core/privacy/backups.py`)."""


def all_rules(plugins: PluginHost) -> list[Retention]:
    """The core's rules and every plugin's, switched off or not."""
    return [*core_retention(), *(rule for plugin in plugins.plugins.values() for rule in plugin.retention)]


def short_lived(rules: Sequence[Retention]) -> frozenset[str]:
    """The tables of what stays for less than a day, which no backup holds."""
    models = (model for rule in rules if rule.keep < timedelta(days=1) for model in rule.models)
    return frozenset(str(model.__table__.name) for model in models)  # type: ignore[attr-defined]


def _forget_staff(session: TenantSession, before: datetime) -> int:
    """Empties the accounts that were switched off by then; since when they are, the record says."""
    query = select(Staff).where(Staff.active.is_(False), Staff.name.not_like(f"{ERASED}%"))
    away = {f"staff:{row.id}": row for row in session.scalars(query).all()}
    since = (
        select(AuditRecord.subject, func.max(AuditRecord.at).label("at"))
        .where(AuditRecord.action == "identity.staff_disabled", AuditRecord.subject.in_(list(away)))
        .group_by(AuditRecord.subject)
    )
    left = {row.subject: row.at for row in session.execute(since)}
    gone = [row for subject, row in away.items() if left.get(subject, row.created_at) <= before]
    return sum(blank_account(session, row.id) for row in gone)


def _forget_sessions(session: TenantSession, before: datetime) -> int:
    forget_old(session, before)
    return 0


def _forget_failures(session: TenantSession, before: datetime) -> int:
    return len(
        session.scalars(delete(SignInFailure).where(SignInFailure.at <= before).returning(SignInFailure.id)).all()
    )


def _forget_shifts(session: TenantSession, before: datetime) -> int:
    return len(session.scalars(delete(Shift).where(Shift.ends_at <= before).returning(Shift.id)).all())


def _forget_audit(session: TenantSession, before: datetime) -> int:
    return len(session.scalars(delete(AuditRecord).where(AuditRecord.at <= before).returning(AuditRecord.id)).all())
