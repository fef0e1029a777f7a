"""Letting a help seeker wait: the one door to the queue, at which other plugins may refuse."""

from datetime import timedelta
from typing import Any

from pydantic import ValidationError
from pyramid.httpexceptions import HTTPBadRequest

from core.api import Refusal, Request, extra_wait, setting, starting_refused, time_out, work_first

from ..schemas import Wish
from ..services.find import open_conversation_of
from ..services.join import join_queue


def wait(request: Request) -> dict[str, Any]:
    """Gives a place in the queue, which the page then takes over its socket; or the sentence of a refusal.

    Who has a place keeps it, whatever plugins say by now. Who shares an address with somebody who has a time-out has
    their turn a little later. When many come at once, a page brings proof of work, or waits for a moment. Nothing of
    this is asked of who says to be in danger, or comes back.
    """
    try:
        wish = Wish.model_validate({"danger": request.POST.get("danger")})
    except ValidationError:
        raise HTTPBadRequest from None
    key = request.seeker.ensure()
    refused = refusal(request)  # asked before the database is: what takes its time must not hold up who writes
    if refused and open_conversation_of(request.db, key) is None:
        return {"refused": refused}
    asked = None if wish.danger else work_first(request, "chat.start", setting(request, "chat", "busy_starts"))
    if asked and open_conversation_of(request.db, key) is None:
        return {"first": asked}
    later = timedelta() if wish.danger else extra_wait(request)
    conversation = join_queue(request.db, key, wish.danger, request.installation.clock(), later)
    return {"conversation": str(conversation.id)}


def refusal(request: Request) -> str:
    """Why nobody may begin now, in the visitor's language; empty when they may."""
    return in_words(request, starting_refused(request))


def pause(request: Request) -> str:
    """Why this browser session has a break, and until when; empty for everybody else."""
    return in_words(request, time_out(request))


def in_words(request: Request, refused: Refusal | None) -> str:
    """A refusal in the visitor's language; nothing where there is none."""
    return request.t(refused.key, refused.sentence, **refused.values) if refused else ""
