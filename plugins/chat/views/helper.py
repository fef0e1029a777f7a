"""The helper's page."""

from typing import Any

from core.api import TIME_OUT_REASONS, ZONE, Refusal, Request, setting

from ..services.find import conversations_of_helper
from .seeker import questions, script_config

_HOUR, _DAY = 60, 24 * 60


def workbench(request: Request) -> dict[str, Any]:
    """Who waits, my conversations, and the conversation at hand."""
    return {
        "questions": questions(request),
        "lengths": [(minutes, in_words(request, minutes)) for minutes in lengths(request)],
        # What the other will read; the script puts the time in.
        "reasons": {
            name: request.t(text.key, text.english, until="{until}") for name, text in TIME_OUT_REASONS.items()
        },
        "config": {**script_config(request), "zone": str(ZONE)},
    }


def lengths(request: Request) -> list[int]:
    """How long a time-out can be here, in minutes, the shortest first."""
    return sorted(set(setting(request, "chat", "time_out_minutes")))


def in_words(request: Request, minutes: int) -> str:
    """A length: "15 minuten", "1 uur", "1 dag"."""
    t = request.t
    if minutes % _DAY == 0:
        return t.plural("chat.time_out.days", "{n} day", "{n} days", n=minutes // _DAY)
    if minutes % _HOUR == 0:
        return t.plural("chat.time_out.hours", "{n} hour", "{n} hours", n=minutes // _HOUR)
    return t.plural("chat.time_out.minutes", "{n} minute", "{n} minutes", n=minutes)


def keeps_shift(request: Request) -> Refusal | None:
    """Refuses the end of a shift while its helper has an open conversation."""
    if request.staff is None or not conversations_of_helper(request.db, request.staff.id):
        return None
    return Refusal(
        "chat.shift_in_use", "You still have an open conversation. End it, or wait until it is over, and stop then."
    )
