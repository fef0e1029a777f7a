"""The board at the workplace: writing notes and taking them away."""

from typing import Any
from uuid import UUID

from pydantic import ValidationError
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.response import Response

from core.api import Request, StaffIdentity

from ..models import LONGEST
from ..schemas import NoteForm
from ..services.find import newest_notes
from ..services.write import take_away, write_note

MOST = 100


def desk(request: Request) -> dict[str, Any]:
    """The form, and the notes as they stand."""
    return _page(request)


def write(request: Request) -> dict[str, Any] | Response:
    """Puts a note on the board; what is wrong with it is told beside the field, and nothing typed is lost."""
    try:
        form = NoteForm.model_validate({"text": request.POST.get("text", "")})
    except ValidationError:
        request.response.status = 400
        return _page(request, text=request.POST.get("text", ""), wrong=True)
    write_note(request.db, _staff(request), form.text, request.installation.clock())
    return HTTPSeeOther(location=request.route_path("noticeboard.desk"))


def remove(request: Request) -> Response:
    """Takes a note away. An id of another organisation answers as one that never was."""
    try:
        note_id = UUID(request.matchdict["note"])
    except ValueError:
        raise HTTPNotFound from None
    if not take_away(request.db, _staff(request), note_id, request.installation.clock()):
        raise HTTPNotFound
    return HTTPSeeOther(location=request.route_path("noticeboard.desk"))


def _page(request: Request, text: str = "", wrong: bool = False) -> dict[str, Any]:
    return {"notes": newest_notes(request.db, MOST), "text": text, "wrong": wrong, "longest": LONGEST}


def _staff(request: Request) -> StaffIdentity:
    if request.staff is None:
        raise LookupError("the permission let somebody in who is not signed in")
    return request.staff
