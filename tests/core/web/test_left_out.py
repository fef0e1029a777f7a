"""In production a plugin that is not right is left out: loudly for who runs the network, calmly for everybody else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from webtest import TestApp, TestResponse

from core.app import build_installation, make_application
from core.configuration import Configuration
from core.testing.clocks import FixedClock
from core.testing.organisations import add_tenant
from core.testing.sqlite import open_copy
from core.testing.throwaway import Workshop, workshop_in
from core.web import plugins
from tests.core.web.house import House, site, work

HEAD = "from pyramid.httpexceptions import HTTPNotFound\nfrom core.api import Route, StartAction, hookimpl\n\n"
BROKEN = HEAD + "@hookimpl\ndef declare_routes():\n    return 1\n"
SENTENCE = "Plugin tea: declare_routes must return a tuple of values, not int."
CARD = """name = "tea"
entry_point = "PACKAGE"
version = "1"
api_version = 1
[addresses]
site = ["/here", "/cups/large"]
workplace = ["/kitchen"]
"""
MILK = (
    HEAD
    + """
def gone(request):
    raise HTTPNotFound

@hookimpl
def declare_routes():
    return (Route("milk.glass", "/here/milk", gone, public=True),)

@hookimpl
def add_start_action(request):
    return StartAction("Drink milk", "It is cold", "/milk")
"""
)
ON, OFF, CLOSED, MILKY = "boom", "kaal", "dicht", "koe"
"""Organisations: with the plugin that is left out; without it; suspended; with it and with one that works."""
WORDS = {
    "nl": ("Er werkt hier nu even iets niet.", "Dit is tijdelijk niet beschikbaar", "Tijdelijk niet beschikbaar: tea."),
    "en": (
        "Something here does not work for a while.",
        "This is not available for a while",
        "Not available for a while: tea.",
    ),
}


def organisations(folder: Path, template: Path, clock: FixedClock) -> str:
    """A database with the organisations; gives its address."""
    database = open_copy(template, folder / "luwte.db")
    for slug, on in ((ON, ["tea"]), (OFF, []), (CLOSED, ["tea"]), (MILKY, ["tea", "milk"])):
        state = "suspended" if slug == CLOSED else "live"
        add_tenant(database.engine, slug, plugins=on, clock=clock, state=state, phone__number="0800 0431")
    add_tenant(database.engine, "console", kind="network", clock=clock)
    database.close()
    return database.url


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    with capture_logs() as lines:
        yield lines


@pytest.fixture
def house(
    tmp_path: Path, sqlite_template: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, logged: list[Any]
) -> Iterator[House]:
    """The application as production builds it, with one plugin that is broken and one that works."""
    with workshop_in(tmp_path / "plugins") as workshop:
        monkeypatch.setattr(plugins, "find_plugins", lambda left_out: _cards(workshop))
        configuration = Configuration(
            home=tmp_path / "var",
            database=organisations(tmp_path, sqlite_template, clock),
            start_tenant=ON,
            environment="production",
            trusted_proxies=("127.0.0.1",),
        )
        installation = build_installation(configuration)
        yield House(TestApp(make_application(installation)), installation, FixedClock(installation.clock()))
        installation.engine.dispose()


def _cards(workshop: Workshop) -> tuple[Any, ...]:
    return workshop.plugin("tea", BROKEN, card=CARD), workshop.plugin("milk", MILK)


def words(page: TestResponse, selector: str) -> str:
    """What stands in the one part of a page that fits a selector."""
    (part,) = page.html.select(selector)
    return str(part.text).strip()


def test_it_is_told_as_an_error_at_the_start(house: House, logged: list[Any]) -> None:
    assert [(line["log_level"], line["plugin"], line["reason"]) for line in logged] == [("error", "tea", SENTENCE)]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_site_of_who_has_it_on_says_calmly_that_something_does_not_work(house: House, language: str) -> None:
    page = house.ask(site(ON), f"/?taal={language}")
    assert page.status_int == 200
    assert f'lang="{language}"' in page.text
    assert WORDS[language][0] in words(page, ".note")
    assert "tea" not in words(page, "main"), "what a plugin is called is nothing for visitors"
    assert words(page, ".call-number") == "0800 0431"
    assert 'class="emergency" href="tel:112"' in page.text


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("path", ["/here", "/here/42/more", "/cups/large"])
def test_its_addresses_answer_that_it_is_not_available_for_a_while(house: House, language: str, path: str) -> None:
    for method in ("GET", "POST"):
        page = house.ask(site(ON), f"{path}?taal={language}", method=method)
        assert page.status_int == 503
        assert words(page, "h1") == WORDS[language][1]
        assert words(page, "title") in {"Pagina", "Page"}, "whether its page was neutral nobody can tell any more"
        assert words(page, ".call-number") == "0800 0431"
        assert 'class="emergency" href="tel:112"' in page.text
        assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host, path", [(site(OFF), "/here"), (site(ON), "/hereabouts"), (site(ON), "/kitchen")])
def test_elsewhere_there_is_no_page_as_if_it_never_was(house: House, host: str, path: str) -> None:
    assert house.ask(host, path).text == house.ask(host, "/never").text
    assert house.ask(host, path).status_int == 404


def test_who_works_without_it_sees_nothing_of_it(house: House) -> None:
    assert house.ask(site(OFF)).html.select(".note") == []
    helper = house.sign_in(OFF, "helper")
    assert "tea" not in words(house.ask(work(OFF), Cookie=helper), "main")


def test_what_others_have_there_stays_theirs_and_keeps_its_button(house: House) -> None:
    assert house.ask(site(MILKY), "/here/milk").status_int == 404
    assert house.ask(site(MILKY), "/here/tea").status_int == 503
    page = house.ask(site(MILKY))
    assert words(page, ".start-label") == "Drink milk"
    assert WORDS["nl"][0] in words(page, ".note")
    assert words(page, ".call-number")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_staff_read_which_one_it_is_and_that_they_need_do_nothing(house: House, language: str) -> None:
    helper = house.sign_in(ON, "helper")
    note = words(house.ask(work(ON), f"/?taal={language}", Cookie=helper), ".note")
    assert note.startswith(WORDS[language][2]), "and nothing beside it that says that there is nothing to do here"
    page = house.ask(work(ON), f"/kitchen?taal={language}", Cookie=helper)
    assert (page.status_int, words(page, "h1")) == (503, WORDS[language][1])
    assert SENTENCE not in page.text


def test_who_is_not_signed_in_is_asked_to_at_the_workplace(house: House) -> None:
    assert house.ask(work(ON), "/kitchen").headers["Location"] == f"http://{work(ON)}:6543/aanmelden?verder=%2Fkitchen"
    locked = house.sign_in(ON, "helper", locked=True)
    assert house.ask(work(ON), "/kitchen", Cookie=locked).status_int == 303
    assert house.ask(work(OFF), "/kitchen").status_int == 404


def test_a_suspended_site_says_that_it_is_closed_and_no_more(house: House) -> None:
    assert house.ask(site(CLOSED), "/here").text == house.ask(site(CLOSED), "/").text


def test_the_console_names_the_sentence_and_who_misses_it(house: House) -> None:
    admin = house.sign_in("console", "network_admin")
    assert "Bij de start weggelaten, omdat ze niet kloppen: tea." in house.ask("console.localhost", Cookie=admin).text
    note = words(house.ask("console.localhost", "/plug-ins", Cookie=admin), ".note.danger")
    for said in ("tea is bij de start weggelaten", SENTENCE, "3 organisaties hebben hem aanstaan"):
        assert said.lower() in note.lower()
