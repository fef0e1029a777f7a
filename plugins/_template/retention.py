"""How long notes stay, and how they are handed over or erased."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from core.api import PersonalData, Retention, TenantSession

from .models import Note


def forget_old(session: TenantSession, before: datetime) -> int:
    """Deletes the notes that were written before that moment."""
    return len(session.scalars(delete(Note).where(Note.written_at <= before).returning(Note.id)).all())


def export_notes(session: TenantSession) -> Iterable[Mapping[str, Any]]:
    """All notes of the organisation."""
    return map(_row, session.scalars(select(Note).order_by(Note.written_at)))


def export_notes_of(session: TenantSession, staff_id: UUID) -> Iterable[Mapping[str, Any]]:
    """The notes that one member of staff wrote."""
    return map(_row, session.scalars(select(Note).where(Note.staff_id == staff_id).order_by(Note.written_at)))


def _row(note: Note) -> Mapping[str, Any]:
    return {"text": note.text, "staff_id": str(note.staff_id), "written_at": note.written_at.isoformat()}


def erase_notes(session: TenantSession) -> int:
    """Deletes all notes of the organisation."""
    return len(session.scalars(delete(Note).returning(Note.id)).all())


def erase_notes_of(session: TenantSession, staff_id: UUID) -> int:
    """Deletes the notes that one member of staff wrote."""
    return len(session.scalars(delete(Note).where(Note.staff_id == staff_id).returning(Note.id)).all())


RULES = (
    Retention("noticeboard.notes", "Notes, a year after they were written.", timedelta(days=365), forget_old, (Note,)),
)

PERSONAL_DATA = (
    PersonalData(
        "noticeboard.notes",
        "Who of the staff wrote which note.",
        (Note,),
        export_notes,
        erase_notes,
        export_notes_of,
        erase_notes_of,
    ),
)
