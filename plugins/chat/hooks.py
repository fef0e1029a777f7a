"""All that the chat tells the core: its table of contents."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from core.api import (
    EventType,
    NavigationItem,
    Permission,
    PersonalData,
    Realtime,
    Refusal,
    Request,
    Retention,
    Route,
    Setting,
    StartAction,
    hookimpl,
)

from . import models
from .permissions import HELP, PERMISSIONS
from .realtime import REALTIME
from .retention import PERSONAL_DATA, RULES
from .schemas import ConversationEnded, TimeOutLengths
from .views.helper import keeps_shift
from .views.leave import leave_chat
from .views.routes import ROUTES
from .views.start import start_action


@hookimpl
def declare_models() -> Iterable[type]:
    """Conversations."""
    return (models.Conversation,)


@hookimpl
def declare_routes() -> Iterable[Route]:
    """The help seeker's page and the helper's."""
    return ROUTES


@hookimpl
def declare_permissions() -> Iterable[Permission]:
    """Helping in the chat."""
    return PERMISSIONS


@hookimpl
def declare_navigation() -> Iterable[NavigationItem]:
    """The workbench."""
    return (NavigationItem("chat.helper", "chat.navigation", "Chat", permission=HELP, order=10),)


@hookimpl
def declare_settings() -> Iterable[Setting]:
    """What is asked before the chat, how long a time-out can be, what a visitor's tab may keep."""
    return (
        Setting("ask_age", bool, False, "Before the chat begins.", label="Ask for the age"),
        Setting("ask_gender", bool, False, "Before the chat begins.", label="Ask for the gender"),
        Setting("ask_pc4", bool, False, "Before the chat begins.", label="Ask for the four digits of the postcode"),
        Setting(
            "time_out_minutes",
            TimeOutLengths,
            (15, 60, 1440),
            "Write one length on each line, from 5 to 10080 minutes (a week). The helper chooses one of them.",
            label="Lengths of a time-out, in minutes",
        ),
        Setting(
            "busy_starts",
            Annotated[int, Field(ge=1, le=10_000)],
            60,
            "When more people want to begin in a minute, each page first does a sum, or waits for a moment.",
            label="Beginnings in a busy minute",
        ),
        Setting(
            "keep_over_refresh",
            bool,
            True,
            "A visitor's tab keeps half of a key. Without it a page that is loaded anew shows no earlier messages.",
            label="Show earlier messages after a refresh",
        ),
    )


@hookimpl
def declare_realtime() -> Realtime:
    """Waiting, taking, talking, ending."""
    return REALTIME


@hookimpl
def declare_retention() -> Iterable[Retention]:
    """Ten minutes after the end everything is gone."""
    return RULES


@hookimpl
def declare_personal_data() -> Iterable[PersonalData]:
    """Conversations, as long as they are there."""
    return PERSONAL_DATA


@hookimpl
def declare_events() -> Iterable[EventType]:
    """That a conversation is over."""
    return (EventType("chat.conversation_ended", 1, ConversationEnded),)


@hookimpl
def add_start_action(request: Request) -> StartAction | None:
    """The big button of the site."""
    return start_action(request)


@hookimpl
def allow_shift_to_end(request: Request) -> Refusal | None:
    """The keys of a conversation that goes on must not go."""
    return keeps_shift(request)


@hookimpl
def on_seeker_leaves(request: Request, seeker_key: str) -> None:
    """Ends the conversation of whoever leaves at once."""
    leave_chat(request, seeker_key)
