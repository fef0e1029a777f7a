"""A house with the developers' page, and a plugin whose requests go everywhere, with values that may show nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from webtest import TestApp

from core.app import make_application
from core.configuration import Configuration
from core.developer.recorder import Recorder
from core.testing.clocks import FixedClock
from core.testing.developers_page import ways_on
from core.testing.installations import make_installation
from core.testing.organisations import add_tenant
from core.testing.sqlite import open_copy
from core.testing.throwaway import workshop_in
from tests.core.web.house import LIVE, House

SERVICES = """
from sqlalchemy import func, literal, select, text
from core.api import Stream


def count(session, word):
    return _number(session, Stream.plugin == word)


def _number(session, condition):
    return session.scalar(select(func.count()).select_from(Stream).where(condition))


def each(session, words):
    return [count(session, word) for word in words]


def refused(session, word):
    session.execute(text(f"SELECT '{word}' AS kanarie FROM stream"))


def odd(session, word):
    literal_word = literal(word, literal_execute=True)
    return session.scalars(select(Stream.id).where(Stream.plugin == literal_word, Stream.last_seq > 4711)).all()
"""
HOOKS = """
from core.api import FooterLink, Route, hookimpl
from . import services


def look(request):
    services.count(request.db, request.matchdict["word"])
    services.odd(request.db, request.matchdict["word"])
    return {}


def say(request):
    services.each(request.db, request.POST.values())
    return request.response


def forget(request):
    services.refused(request.db, "kanarie's")


def much(request):
    services.each(request.db, [str(number) for number in range(int(request.GET["n"]))])
    return request.response


@hookimpl
def declare_routes():
    return (
        Route("walk.look", "/walk/look/{word}", look, public=True, template="site/about.html.jinja2"),
        Route("walk.say", "/walk/say", say, methods=("POST",), public=True, csrf=False),
        Route("walk.forget", "/walk/forget", forget, public=True),
        Route("walk.much", "/walk/much", much, public=True),
    )


@hookimpl
def add_footer_links(request):
    services.count(request.db, "kanarie in a hook")
    raise RuntimeError("kanarie in an error")
"""


def registry_of(house: House) -> Any:
    """What Pyramid knows of the application."""
    application: Any = house.app.app
    return application.wsgi._app._app.registry


@dataclass(frozen=True, slots=True)
class Walk:
    """The house, and its page as the network's admin sees it."""

    house: House

    @property
    def registry(self) -> Any:
        """What Pyramid knows of the application."""
        return registry_of(self.house)

    @property
    def recorder(self) -> Recorder:
        """What remembers."""
        recorder: Recorder = self.registry["luwte.recorder"]
        return recorder

    def page(self) -> str:
        """The developers' page."""
        cookie = self.house.sign_in("console", "network_admin")
        answer = self.house.ask("console.localhost", "/verzoeken", Cookie=cookie)
        assert answer.status_int == 200
        return str(answer.text)

    def ways(self) -> list[str]:
        """The requests that it shows."""
        return ways_on(self.page())


@pytest.fixture
def walk(tmp_path: Path, sqlite_template: Path, clock: FixedClock) -> Iterator[Walk]:
    """The application on SQLite, with the page switched on."""
    database = open_copy(sqlite_template, tmp_path / "luwte.db")
    configuration = Configuration(home=tmp_path / "var", database=database.url, start_tenant=LIVE, developers_page=True)
    add_tenant(database.engine, LIVE, plugins=["walk"], clock=clock)
    add_tenant(database.engine, "console", kind="network", clock=clock)
    database.close()
    with workshop_in(tmp_path / "plugins") as workshop, capture_logs():
        installation = make_installation(configuration, clock, [workshop.plugin("walk", HOOKS, services=SERVICES)])
        yield Walk(House(TestApp(make_application(installation)), installation, clock))
        installation.engine.dispose()
