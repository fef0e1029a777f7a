"""Writing and taking away notes."""

from datetime import datetime
from uuid import UUID

from core.api import StaffIdentity, TenantSession, record

from ..models import Note


def write_note(session: TenantSession, staff: StaffIdentity, text: str, now: datetime) -> Note:
    """Puts a note on the board; the deed is put on record, without the text."""
    note = Note(text=text, staff_id=staff.id, written_at=now)
    session.add(note)
    session.flush()
    record(session, staff.id, "noticeboard.note_written", f"note:{note.id}", at=now)
    return note


def take_away(session: TenantSession, staff: StaffIdentity, note_id: UUID, now: datetime) -> bool:
    """Takes a note away. False when there is none with this id, or it is another organisation's."""
    note = session.find(Note, note_id)
    if note is None:
        return False
    session.delete(note)
    record(session, staff.id, "noticeboard.note_taken_away", f"note:{note_id}", at=now)
    return True
