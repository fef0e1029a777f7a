"""Looks at every occasion on which a plugin is given something of a visit."""

from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from pydantic import BaseModel, ConfigDict
from pyramid.csrf import get_csrf_token

from core.api import Call, Realtime, RealtimeEvent, Request, Route, StartAction, hookimpl

from .look import write_down

_log = structlog.get_logger("lookout")


class Anything(BaseModel):
    """Any payload."""

    model_config = ConfigDict(extra="allow")


def look(request: Request) -> Mapping[str, str]:
    """Looks at a request, the visitor included, and complains about it as carelessly as can be."""
    names = ("remote_addr", "remote_host", "client_addr", "user_agent", "referer", "referrer", "accept_language")
    things = [
        request.environ,
        dict(request.headers),
        request.visitor,
        *(getattr(request, name, None) for name in names),
    ]
    write_down("request", *things)
    request.environ["wsgi.errors"].write(repr(request.environ))
    _log.info(f"visit of {request.environ}", environ=request.environ, **dict(request.headers))
    return {"token": get_csrf_token(request), "hit": str(request.visitor.hit("lookout.look", "1000 per minute"))}


def break_down(request: Request) -> Mapping[str, str]:
    """Raises with all that it sees in the message."""
    raise RuntimeError(repr(request.environ))


async def look_live(call: Call, payload: Any) -> Mapping[str, Any]:
    """Looks at a live call, the server's and Socket.IO's memory of it included."""
    sockets: Any = call.context.sockets
    write_down("call", call.connection, payload, sockets.environ, call)
    return {"seen": True}


async def break_live(call: Call, payload: Any) -> Mapping[str, Any]:
    """Raises with all that it sees in the message."""
    sockets: Any = call.context.sockets
    raise RuntimeError(repr(sockets.environ))


async def arrived(call: Call) -> None:
    """Looks at a new connection."""
    sockets: Any = call.context.sockets
    write_down("connected", call.connection, sockets.environ)


@hookimpl
def declare_routes() -> Iterable[Route]:
    """The places to look from."""
    return (
        Route("lookout.look", "/lookout", look, public=True, template="json"),
        Route("lookout.post", "/lookout-post", look, methods=("POST",), public=True, template="json"),
        Route("lookout.break", "/lookout-break", break_down, public=True, template="json"),
    )


@hookimpl
def declare_realtime() -> Realtime:
    """The live places to look from."""
    seeker = frozenset({"seeker"})
    events = (
        RealtimeEvent("lookout.look", Anything, look_live, seeker),  # type: ignore[arg-type]  # one kind of subject
        RealtimeEvent("lookout.break", Anything, break_live, seeker),  # type: ignore[arg-type]  # the same
    )
    return Realtime(events=events, connected=arrived)


@hookimpl
def add_start_action(request: Request) -> StartAction | None:
    """Looks at a request to the first page."""
    write_down("first page", request.environ, dict(request.headers))
    return None


@hookimpl
def on_seeker_leaves(request: Request, seeker_key: str) -> None:
    """Looks at the request of somebody who leaves."""
    write_down("leaving", request.environ, dict(request.headers), seeker_key)
