"""The contract looks at pages of examples too: one with an id in its address is opened, and what axe finds is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.configuration import Configuration
from core.testing.app import WITH, App, open_app
from core.testing.browser import Visit
from core.testing.clocks import FixedClock
from core.testing.contract_pages import faults_of_page, pages_of, served
from core.testing.database import Database
from core.testing.server import free_ports
from core.testing.sqlite import open_copy
from core.testing.throwaway import workshop_in

HOOKS = """
from uuid import UUID

from pyramid.httpexceptions import HTTPNotFound
from sqlalchemy import select

from core.api import Route, Stream, hookimpl


def page(request):
    found = request.db.scalars(select(Stream).where(Stream.id == UUID(request.matchdict["stream"]))).first()
    if found is None:
        raise HTTPNotFound
    return {}


@hookimpl
def declare_routes():
    return (
        Route("lame.stream", "/lame/{stream}", page, public=True, template="lame/page.html.jinja2"),
        Route("lame.mine", "/lame/{stream}/mine", page, public=True, template="lame/page.html.jinja2"),
    )
"""
EXAMPLES = "EXAMPLES = {}\nOPENED_ELSEWHERE = {'lame.mine': 'tests/test_mine.py opens it as its owner'}\n"
TEMPLATE = """{% extends "layout/site.html.jinja2" %}
{% block title %}Lame{% endblock %}
{% block main %}<h1>Lame</h1><img src="/favicon.ico">{% endblock %}
"""


@pytest.fixture
def lame(sqlite_template: Path, clock: FixedClock, tmp_path: Path) -> Iterator[App]:
    """An application on a free port, with a plugin whose page has a picture without words."""
    database: Database = open_copy(sqlite_template, tmp_path / "lame.db")
    settings = Configuration(home=tmp_path / "var", database=database.url, pages_port=free_ports(1)[0])
    with workshop_in(tmp_path / "plugins") as workshop, capture_logs():
        card = workshop.plugin("lame", HOOKS, examples=EXAMPLES)
        template = card.folder / "templates" / "lame" / "page.html.jinja2"
        template.parent.mkdir(parents=True)
        template.write_text(TEMPLATE, "utf-8")
        app = open_app(database, settings, clock, [card])
        yield app
        app.installation.engine.dispose()
    database.close()


@pytest.mark.browser
def test_the_page_of_an_example_is_opened_and_looked_at(lame: App, visit: Visit) -> None:
    ((name, host, path),) = pages_of(lame.installation.plugins.plugins["lame"], lame, WITH)
    assert (name, host) == ("lame.stream", "aster.localhost")
    with served(lame):
        faults = faults_of_page(lame, visit, host, path, lame.sign_in(WITH, "helper"))
        gone = faults_of_page(lame, visit, host, "/lame/00000000-0000-4000-8000-000000000000", "")
    assert [fault.split(":")[:2] for fault in faults] == [["light", " image-alt"], ["dark", " image-alt"]]
    assert gone == ["it does not open: 404"]
