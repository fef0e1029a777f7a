"""The board on the organisation's site."""

from typing import Any

from core.api import Request, setting

from ..services.find import newest_notes


def board(request: Request) -> dict[str, Any]:
    """The newest notes, for everybody."""
    return {"notes": newest_notes(request.db, setting(request, "noticeboard", "shown"))}
