"""What is kept of staff's keys, for handing over and erasing: whose, and when. A wrapped key is of no use to others."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from core.hookspecs.values import PersonalData
from core.keys.models import IdentityKey, RootKeyCopy, Shift
from core.tenancy.session import TenantSession

Model = type[RootKeyCopy] | type[IdentityKey] | type[Shift]


def keys_personal_data() -> tuple[PersonalData, ...]:
    """Copies of the organisation's key, helpers' keys, shifts."""
    return (
        _kind("core.root_key_copies", "Who keeps a copy of the organisation's key.", RootKeyCopy, ("made_at",)),
        _kind("core.identity_keys", "Who made a key to help with.", IdentityKey, ("made_at", "public")),
        _kind("core.shifts", "When helpers were on shift.", Shift, ("begins_at", "ends_at", "ended_at")),
    )


def _kind(name: str, description: str, model: Model, facts: tuple[str, ...]) -> PersonalData:
    def row(found: Any) -> Mapping[str, Any]:
        return {"staff_id": found.staff_id, **{fact: getattr(found, fact) for fact in facts}}

    def export(session: TenantSession) -> Iterable[Mapping[str, Any]]:
        return map(row, session.scalars(select(model).order_by(model.id)))

    def export_person(session: TenantSession, staff_id: UUID) -> Iterable[Mapping[str, Any]]:
        return map(row, session.scalars(select(model).where(model.staff_id == staff_id).order_by(model.id)))

    def erase_person(session: TenantSession, staff_id: UUID) -> int:
        return len(session.scalars(delete(model).where(model.staff_id == staff_id).returning(model.id)).all())

    return PersonalData(name, description, (model,), export, _erase(model), export_person, erase_person)


def _erase(model: Model) -> Callable[[TenantSession], int]:
    def erase(session: TenantSession) -> int:
        return len(session.scalars(delete(model).returning(model.id)).all())

    return erase
