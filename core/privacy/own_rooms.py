"""What the core's own rooms hold about people: staff. Who seeks help has no account, at most a time-out for a while."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from core.anonymity.models import TimeOut
from core.audit.models import AuditRecord
from core.database.base import TenantModel
from core.events.models import OutboxEvent
from core.hookspecs.values import PersonalData, Retention
from core.identity.models import SignInFailure, Staff, StaffSession
from core.keys.models import IdentityKey, RootKeyCopy, Shift
from core.keys.personal_data import keys_personal_data
from core.tenancy.session import TenantSession

NAME = "core"
"""What the core is called where plugins are called by their names; no plugin can have it."""

ERASED = "erased-"
"""How the name of an emptied account begins; its id follows."""


@dataclass(frozen=True, slots=True)
class OwnRooms:
    """The core, as one that holds personal data beside the plugins."""

    personal_data: tuple[PersonalData, ...]
    stays: tuple[PersonalData, ...] = ()
    """Handed over, and never erased: it ends by its own rule."""
    name: str = NAME
    retention: tuple[Retention, ...] = ()
    """The rules whose day keys go with an erasure: the core itself seals nothing by the day."""


def own_rooms(more: Sequence[PersonalData] = ()) -> OwnRooms:
    """All of the core's kinds. `more`: of rooms that lie higher than this one; they are erased first."""
    sessions = PersonalData(
        "core.staff_sessions", "When staff signed in.", (StaffSession,), _sessions, _all(StaffSession), _sessions_of
    )
    failures = PersonalData(
        "core.sign_in_failures", "When a wrong password was given.", (SignInFailure,), _failures, _all(SignInFailure)
    )
    events = PersonalData("core.events", "What is still to be told to plugins.", (OutboxEvent,), _events,
                          _all(OutboxEvent))  # fmt: skip
    accounts = PersonalData(
        "core.staff", "Accounts of staff.", (Staff,), _accounts, _all(Staff), _account_of, blank_account
    )
    deeds = PersonalData("core.audit", "What staff did.", (AuditRecord,), _deeds, lambda session: 0, _deeds_of)
    breaks = PersonalData(
        "core.time_outs", "Browser sessions that have a time-out now.", (TimeOut,), _time_outs, _all(TimeOut)
    )
    return OwnRooms((*more, *keys_personal_data(), sessions, failures, breaks, events, accounts), (deeds,))


def _all(model: type[TenantModel]) -> Any:
    def erase(session: TenantSession) -> int:
        return len(session.scalars(delete(model).returning(model.id)).all())

    return erase


def _accounts(session: TenantSession) -> Iterable[Mapping[str, Any]]:
    return map(_account, session.scalars(select(Staff).order_by(Staff.name)))


def _account_of(session: TenantSession, staff_id: UUID) -> Iterable[Mapping[str, Any]]:
    return map(_account, session.scalars(select(Staff).where(Staff.id == staff_id)))


def _account(row: Staff) -> Mapping[str, Any]:
    """All but the password's hash, which is of use to nobody but who wants to guess it."""
    return {
        "id": row.id,
        "name": row.name,
        "alias": row.alias,
        "roles": row.roles,
        "active": row.active,
        "created_at": row.created_at,
    }


def blank_account(session: TenantSession, staff_id: UUID) -> int:
    """End an account's sessions and take all that says whose it was; the bare id stays, because records point at it.

    Keys go too; what the public list says of them stays until a coordinator publishes the next.
    """
    for model in (StaffSession, RootKeyCopy, IdentityKey, Shift):
        session.execute(delete(model).where(model.staff_id == staff_id))
    row = session.find(Staff, staff_id)
    if row is None:
        return 0
    row.name, row.alias, row.password_hash = f"{ERASED}{row.id.hex}", "–", "-"
    row.roles, row.active = frozenset(), False
    return 1


def _sessions(session: TenantSession) -> Iterable[Mapping[str, Any]]:
    return map(_session, session.scalars(select(StaffSession).order_by(StaffSession.created_at)))


def _sessions_of(session: TenantSession, staff_id: UUID) -> Iterable[Mapping[str, Any]]:
    query = select(StaffSession).where(StaffSession.staff_id == staff_id).order_by(StaffSession.created_at)
    return map(_session, session.scalars(query))


def _session(row: StaffSession) -> Mapping[str, Any]:
    moments = {name: getattr(row, name) for name in ("created_at", "seen_at", "locked_at", "ended_at")}
    return {"staff_id": row.staff_id, **moments}


def _failures(session: TenantSession) -> Iterable[Mapping[str, Any]]:
    """Moments alone: the name that was typed is stored as a digest, which tells nobody anything."""
    return ({"at": row.at} for row in session.scalars(select(SignInFailure).order_by(SignInFailure.at)))


def _time_outs(session: TenantSession) -> Iterable[Mapping[str, Any]]:
    """Why and until when. Whose session it is nobody can tell: not even a digest goes out."""
    rows = session.scalars(select(TimeOut).order_by(TimeOut.ends_at))
    return ({"reason": row.reason, "ends_at": row.ends_at} for row in rows)


def _events(session: TenantSession) -> Iterable[Mapping[str, Any]]:
    for row in session.scalars(select(OutboxEvent).order_by(OutboxEvent.position)):
        yield {"to": row.plugin, "event": row.name, "at": row.at, "facts": row.payload}


def _deeds(session: TenantSession) -> Iterable[Mapping[str, Any]]:
    return map(_deed, session.scalars(select(AuditRecord).order_by(AuditRecord.at, AuditRecord.id)))


def _deeds_of(session: TenantSession, staff_id: UUID) -> Iterable[Mapping[str, Any]]:
    query = select(AuditRecord).where(AuditRecord.staff_id == staff_id).order_by(AuditRecord.at, AuditRecord.id)
    return map(_deed, session.scalars(query))


def _deed(row: AuditRecord) -> Mapping[str, Any]:
    return {"at": row.at, "staff_id": row.staff_id, "action": row.action, "subject": row.subject}
