"""Letting a help seeker wait: the one door to the queue, at which other plugins may refuse."""

from typing import Any

from pydantic import ValidationError
from pyramid.httpexceptions import HTTPBadRequest

from core.api import Request, starting_refused

from ..schemas import Wish
from ..services.find import open_conversation_of
from ..services.join import join_queue


def wait(request: Request) -> dict[str, Any]:
    """Gives a place in the queue, which the page then takes over its socket; or the sentence of a refusal.

    Who has a place keeps it, whatever plugins say by now.
    """
    try:
        wish = Wish.model_validate({"danger": request.POST.get("danger")})
    except ValidationError:
        raise HTTPBadRequest from None
    key = request.seeker.ensure()
    refused = refusal(request)  # asked before the database is: what takes its time must not hold up who writes
    if refused and open_conversation_of(request.db, key) is None:
        return {"refused": refused}
    conversation = join_queue(request.db, key, wish.danger, request.installation.clock())
    return {"conversation": str(conversation.id)}


def refusal(request: Request) -> str:
    """Why nobody may begin now, in the visitor's language; empty when they may."""
    refused = starting_refused(request)
    return request.t(refused.key, refused.sentence) if refused else ""
