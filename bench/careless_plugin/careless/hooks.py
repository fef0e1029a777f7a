"""Raises, sleeps thirty seconds, answers nonsense and floods: each hook and each handler in turn, at each call anew."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import count
from typing import Any

import structlog
from pydantic import BaseModel

from core.api import (
    Call,
    EventTold,
    Job,
    JobContext,
    Realtime,
    RealtimeEvent,
    Request,
    Route,
    Subscription,
    TenantSession,
    hookimpl,
)

SLEEP = 30
MANY = 5000
_turns: Counter[str] = Counter()
_log = structlog.get_logger("careless")


class Anything(BaseModel):
    """Any payload."""


def _misbehave(where: str, request: Request | None = None) -> Any:
    """What comes next here: an error, nonsense, a nap, a flood."""
    turn = _turns[where] % 4
    _turns[where] += 1
    if turn == 0:
        raise RuntimeError("careless")
    if turn == 1:
        return object()
    if turn == 2:
        time.sleep(SLEEP)
        return None
    for number in range(MANY):
        _log.warning("a careless plugin says something")
        if request is not None:
            request.emit_after_commit("chat.helpers", "careless.noise", {"number": number})
    return count()


@hookimpl
def add_start_action(request: Request) -> Any:
    """On the way to a human."""
    return _misbehave("start", request)


@hookimpl
def add_home_blocks(request: Request) -> Any:
    """On the first page."""
    return _misbehave("home", request)


@hookimpl
def add_footer_links(request: Request) -> Any:
    """At the foot of every page."""
    return _misbehave("foot", request)


@hookimpl
def add_workbench_panels(request: Request) -> Any:
    """Beside a conversation."""
    return _misbehave("bench", request)


@hookimpl
def add_dashboard_panels(request: Request) -> Any:
    """On the workplace's first page."""
    return _misbehave("dashboard", request)


@hookimpl
def add_badges(request: Request) -> Any:
    """In the navigation."""
    return _misbehave("badges", request)


@hookimpl
def allow_seeker_to_start(request: Request) -> Any:
    """At the door."""
    return _misbehave("door", request)


@hookimpl
def on_seeker_leaves(request: Request, seeker_key: str) -> None:
    """When somebody leaves at once."""
    _misbehave("leave", request)


async def raises(call: Call, payload: Anything) -> Mapping[str, Any]:
    """Fails."""
    raise RuntimeError("careless")


async def floods(call: Call, payload: Anything) -> Mapping[str, Any]:
    """Tells all helpers thousands of things."""
    for number in range(MANY):
        await call.emit("chat.helpers", "careless.noise", {"number": number})
    return {}


async def waits(call: Call, payload: Anything) -> Mapping[str, Any]:
    """Takes its time, and lets the others have theirs."""
    await asyncio.sleep(SLEEP)
    return {}


async def sleeps(call: Call, payload: Anything) -> Mapping[str, Any]:
    """Takes everybody's time."""
    time.sleep(SLEEP)  # noqa: ASYNC251 - that is what is wrong with it
    return {}


async def comes_or_goes(call: Call) -> None:
    """Fails for everybody who comes, and again when they go."""
    raise RuntimeError("careless")


@hookimpl
def declare_realtime() -> Realtime:
    """All of that over sockets."""
    both: Any = frozenset({"seeker"})
    events = (("careless.raises", raises), ("careless.floods", floods), ("careless.waits", waits))
    declared = (*events, ("careless.sleeps", sleeps))
    return Realtime(
        tuple(RealtimeEvent(name, Anything, handler, both) for name, handler in declared),
        connected=comes_or_goes,
        disconnected=comes_or_goes,
    )


def broken_page(request: Request) -> Mapping[str, str]:
    """A page that fails."""
    raise RuntimeError("careless")


@hookimpl
def declare_routes() -> Iterable[Route]:
    """A page of its own."""
    return (Route("careless.page", "/careless", broken_page, public=True, template="json"),)


def hears_for_ever(session: TenantSession, told: EventTold) -> None:
    """Hangs when it is told something."""
    time.sleep(SLEEP)


@hookimpl
def declare_subscriptions() -> Iterable[Subscription]:
    """The ends of conversations."""
    return (Subscription("chat.conversation_ended", 1, hears_for_ever),)


def works_for_ever(context: JobContext) -> None:
    """Hangs when it is its turn."""
    time.sleep(SLEEP)


@hookimpl
def declare_jobs() -> Iterable[Job]:
    """Each minute."""
    return (Job("careless.job", timedelta(minutes=1), "tenant", works_for_ever, limit=timedelta(seconds=20)),)
