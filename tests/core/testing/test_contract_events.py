"""The contract finds a plugin whose events tell, show or do something to another organisation."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.configuration import Configuration
from core.tenancy.changes import switch_plugin
from core.tenancy.session import network_session
from core.testing.app import OTHER, WITH, WITHOUT, App, open_app
from core.testing.clocks import FixedClock
from core.testing.contract_events import event_faults, faults_where_off
from core.testing.database import Database
from core.testing.sockets import Sockets
from core.testing.throwaway import workshop_in

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

HOOKS = """
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select

from core.api import Permission, Realtime, RealtimeEvent, Refused, Stream, hookimpl

seen = {}


class Nothing(BaseModel):
    pass


class About(BaseModel):
    stream: UUID


async def fine(call, payload):
    "By the organisation's own session, and news in a room of its own."
    def work(session):
        return session.scalars(select(Stream.plugin).where(Stream.id == payload.stream)).first()

    plugin = await call.database(work)
    if plugin is None:
        raise Refused("not_found")
    await call.enter("leaky.room")
    await call.emit("leaky.room", "leaky.found", {"stream": str(payload.stream)})
    return {"plugin": plugin}


async def remembers(call, payload):
    "What one organisation asked about, another can ask for."
    known = payload.stream in seen
    seen.setdefault(payload.stream, call.tenant.slug)
    return {"known": known and seen[payload.stream] != call.tenant.slug}


async def shouts(call, payload):
    "To every socket there is."
    await call.context.sockets.emit("leaky.told", {})
    return {}


async def lists(call, payload):
    "Everything that anybody ever asked about."
    return {"seen": [str(one) for one in seen]}


async def refuses(call, payload):
    raise Refused("not_found")


@hookimpl
def declare_permissions():
    return (Permission("leaky.look", frozenset({"helper"}), "Look."),)


@hookimpl
def declare_realtime():
    both = frozenset({"seeker", "staff"})
    known = {"fine": About, "remembers": About, "shouts": Nothing, "lists": Nothing, "refuses": About}
    return Realtime(events=tuple(
        RealtimeEvent(f"leaky.{name}", schema, globals()[name], both, "leaky.look",
                      {"stream": "stream"} if schema is About else {})
        for name, schema in known.items() if name in EVENTS
    ))
"""


@pytest.fixture
def leaky(
    database: Database, configuration: Configuration, clock: FixedClock, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[App, Sockets]]:
    """An application with a plugin that has the events of the test's parameter."""
    with workshop_in(tmp_path / "plugins") as workshop, capture_logs():
        app = open_app(database, configuration, clock, [workshop.plugin("leaky", f"EVENTS = {request.param}\n{HOOKS}")])
        sockets = Sockets(app)
        yield app, sockets
        sockets.close()
        app.installation.engine.dispose()


@pytest.mark.parametrize(
    "leaky, said",
    [
        (["fine"], set()),
        (["fine", "remembers"], {"Event leaky.remembers tells another organisation's id from none"}),
        (["shouts"], {"The other organisation was told {'leaky.told': [{}"}),
        (["remembers", "lists"], {
            "Event leaky.remembers tells another organisation's id from none",
            "Event leaky.lists shows another organisation's id",
        }),
        (["refuses"], {"Event leaky.refuses: its own example gets no answer at home"}),
    ],
    indirect=["leaky"],
)  # fmt: skip
def test_what_an_event_gives_away_is_found(leaky: tuple[App, Sockets], said: set[str]) -> None:
    app, sockets = leaky
    plugin = app.installation.plugins.plugins["leaky"]
    found = event_faults(plugin, app, sockets)
    assert {sentence for sentence in said if not any(line.startswith(sentence) for line in found)} == set()
    assert [line for line in found if not line.startswith(tuple(said) or ("-",))] == []
    assert faults_where_off(plugin, app, sockets) == []


@pytest.mark.parametrize("leaky", [["fine"]], indirect=True)
def test_a_socket_asks_and_hears_its_own_organisation(leaky: tuple[App, Sockets]) -> None:
    app, sockets = leaky
    anna, noor, far = sockets.seeker(WITH), sockets.staff(WITH, "helper"), sockets.staff(OTHER, "helper")
    here = {"stream": app.make(WITH, "leaky", "stream")}
    assert anna.ask("leaky.fine", here) == noor.ask("leaky.fine", here) == {"plugin": "example"}
    assert far.ask("leaky.fine", here) == {"error": "not_found"}
    assert anna.hear("leaky.found", lambda told: told == here) == here
    assert sockets.staff(WITH, "editor").ask("leaky.fine", here) == {"error": "not_found"}
    assert far.heard == {}
    anna.close()
    with pytest.raises(ConnectionError):
        anna.ask("leaky.fine", here)


@pytest.mark.parametrize("leaky", [["shouts"]], indirect=True)
def test_an_event_that_answers_where_it_should_not_is_found(leaky: tuple[App, Sockets]) -> None:
    app, sockets = leaky
    with network_session(app.installation.engine, "test") as session, session.begin():
        switch_plugin(session, app.tenant(WITHOUT).id, "leaky", on=True)
    app.installation.directory.refresh()
    found = faults_where_off(app.installation.plugins.plugins["leaky"], app, sockets)
    assert set(found) == {"Event leaky.shouts answers where leaky is switched off."}
