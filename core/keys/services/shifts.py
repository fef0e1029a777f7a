"""A helper's shift: begun with a certificate that their own key signed, ended by hand, or by its end after 5 hours."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from core.audit.record import record
from core.crypto.sealing import ShiftCertificate
from core.crypto.sealing.forms import read_json
from core.identity.models import Staff
from core.identity.roles import HELPER
from core.keys.lists import PublicLists
from core.keys.models import Shift
from core.keys.refused import KeysRefused
from core.tenancy.session import TenantSession

KEPT = timedelta(days=1)
"""How long a shift that is over stays: nobody needs it any more."""


@dataclass(frozen=True, slots=True)
class ShiftCertificateForm:
    """An open shift as pages get it: the certificate in its JSON form, the shift's id, and when it ends."""

    certificate: Mapping[str, Any]
    id: UUID
    ends: datetime


def shift_of(session: TenantSession, staff_id: UUID, now: datetime) -> ShiftCertificateForm | None:
    """The open shift that a helper registered; None: there is none, or their account is switched off."""
    query = (
        select(Shift.id, Shift.certificate, Shift.ends_at)
        .join(Staff, (Staff.tenant_id == Shift.tenant_id) & (Staff.id == Shift.staff_id))
        .where(Shift.staff_id == staff_id, Shift.ended_at.is_(None), Shift.ends_at > now, Staff.active.is_(True))
        .order_by(Shift.begins_at.desc())
        .limit(1)
    )
    found = session.execute(query).first()
    return ShiftCertificateForm(json.loads(found.certificate), found.id, found.ends_at) if found else None


def begin_shift(
    session: TenantSession, lists: PublicLists, staff_id: UUID, text: str, now: datetime, *, anew: bool = False
) -> ShiftCertificateForm:
    """Register the certificate that a helper's page made. The whole chain is checked as help seekers' pages will.

    `anew`: the shift that is still open is given up; its keys lie in a browser that cannot be reached any more. The
    same certificate a second time changes nothing. Raises SealingRefused or KeysRefused ("no_list", "not_yours",
    "shift_open", "shift_used").
    """
    seconds = int(now.timestamp())
    document = lists.read(session.tenant_id, seconds)
    if document is None:
        raise KeysRefused("no_list")
    form = read_json(text)
    document.shift(form, HELPER, seconds)
    shift = ShiftCertificate.from_form(form)
    if shift.helper != staff_id:
        raise KeysRefused("not_yours")
    present = shift_of(session, staff_id, now)
    if present is not None and present.id == shift.id:
        return present
    if present is not None and not anew:
        raise KeysRefused("shift_open")
    if session.find(Shift, shift.id) is not None:
        raise KeysRefused("shift_used")
    end_shifts_of(session, staff_id, now)
    _add(session, shift)
    record(session, staff_id, "keys.shift_begun", at=now)
    session.flush()
    return ShiftCertificateForm(shift.to_form(), shift.id, _moment(shift.ends))


def end_shift(session: TenantSession, staff_id: UUID, now: datetime) -> bool:
    """End a helper's shift; False when none was open. Whoever calls this has asked whether it may end."""
    ended = end_shifts_of(session, staff_id, now)
    if ended:
        record(session, staff_id, "keys.shift_ended", at=now)
    return ended


def end_shifts_of(session: TenantSession, staff_id: UUID, now: datetime) -> bool:
    """End all that is open; whether anything was."""
    open_still = (Shift.staff_id == staff_id, Shift.ended_at.is_(None), Shift.ends_at > now)
    ended = update(Shift).where(*open_still).values(ended_at=now).returning(Shift.id)
    return bool(session.scalars(ended).all())


def _add(session: TenantSession, shift: ShiftCertificate) -> None:
    text = json.dumps(shift.to_form(), separators=(",", ":"))
    times = {"begins_at": _moment(shift.begins), "ends_at": _moment(shift.ends), "ended_at": None}
    session.add(Shift(id=shift.id, staff_id=shift.helper, certificate=text, **times))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
