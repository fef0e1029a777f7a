"""Finding notes."""

from collections.abc import Sequence

from sqlalchemy import select

from core.api import TenantSession

from ..models import Note


def newest_notes(session: TenantSession, limit: int) -> Sequence[Note]:
    """The notes of the organisation, the newest first."""
    return session.scalars(select(Note).order_by(Note.written_at.desc(), Note.id).limit(limit)).all()
