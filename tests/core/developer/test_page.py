"""The developers' page: the whole way of a request and no value of it, for network admins, and only where it is on."""

import re
import threading
from typing import Any

import pytest

from core.developer.ways import KEPT, STEPS
from core.testing.developers_page import steps_of
from tests.core.developer.walking import Walk, registry_of
from tests.core.web.house import LIVE, House, site, work

COUNT = "SQL SELECT count(*) AS count_… FROM stream WHERE stream.plugin = ? AND stream.tenant_id = ?"
CANARIES = ("kanarie", "4711", "203.0.113.9", "203.0.113.8", "Canarybrowser")


def plain(way: str) -> list[str]:
    """The steps of a way, without the number of the plugin's package."""
    return [re.sub(r"throwaway_\d+_", "", line).replace("count_1", "count_…") for line in steps_of(way)]


def test_the_way_of_a_request_is_shown_in_order_of_time(walk: Walk) -> None:
    assert walk.house.ask(site(LIVE), "/walk/look/kanarie?word=kanarie").status_int == 200
    (way,) = walk.ways()
    assert plain(way) == [
        "Route /walk/look/{word}",
        "View walk.hooks.look",
        "  Dienst walk.services.count",
        "    Dienst walk.services._number",
        "      SQL BEGIN",
        f"      {COUNT}",
        "  Dienst walk.services.odd",
        "    SQL SELECT stream.id FROM stream WHERE stream.plugin = … AND stream.last_seq > ? AND stream.tenant_id = ?",
        "Sjabloon site/about.html.jinja2",
        "  Hook walk.add_footer_links ! gaf RuntimeError",
        "    Dienst walk.services.count",
        "      Dienst walk.services._number",
        f"        {COUNT}",
    ]
    assert 'GET walk.look</strong>\n<span class="request-status">200</span>' in way
    assert f"4 SQL · 1 hook · {LIVE} (site)" in way
    assert len(re.findall(r'class="way-time">[\d,.]+ ms<', way)) == 7, "each but the services has its time"


def test_nothing_of_who_asked_and_what_is_shown_or_remembered(walk: Walk) -> None:
    walk.house.app.extra_environ["REMOTE_ADDR"] = "203.0.113.9"
    said = {"Cookie": "seeker=kanarie", "User_Agent": "Canarybrowser", "X_Forwarded_For": "203.0.113.8"}
    for path in ("/walk/look/kanarie", "/walk/forget", "/kanarie", "/?kanarie=kanarie", "/lezen/kanarie"):
        walk.house.ask(site(LIVE), path, **said)
    walk.house.ask("kanarie.example", "/kanarie", **said)
    walk.house.app.post("/walk/say", {"word": "kanarie"}, headers={"Host": f"{site(LIVE)}:6543"})
    page, remembered = walk.page(), repr(walk.recorder.ways.latest())
    assert len(walk.ways()) == 7
    for canary in CANARIES:
        assert canary not in page
        assert canary not in remembered
    assert "een host van niemand" in page


def test_a_statement_that_was_refused_is_told_by_its_kind_alone(walk: Walk) -> None:
    assert walk.house.ask(site(LIVE), "/walk/forget").status_int == 500
    (way,) = walk.ways()
    assert "500</span>" in way
    assert plain(way)[:5] == [
        "Route /walk/forget",
        "View walk.hooks.forget ! gaf IsolationError",
        "  Dienst walk.services.refused",
        "    SQL BEGIN",
        "    SQL … ! gaf IsolationError",
    ]
    assert plain(way)[5].startswith("View core.web.errors.broken")


def test_what_is_remembered_is_bounded(walk: Walk) -> None:
    assert walk.house.ask(site(LIVE), "/walk/much?n=260").status_int == 200
    (way,) = walk.recorder.ways.latest()
    assert (way.number("sql"), way.number("view"), way.not_kept) == (STEPS, 1, 261 - STEPS)
    assert f"En nog {261 - STEPS} opdrachten en vragen: de eerste {STEPS} worden bewaard." in walk.page()
    for _ in range(KEPT + 2):
        walk.house.ask(site(LIVE), "/walk/none")
    ways = walk.recorder.ways.latest()
    assert len(ways) == KEPT
    assert {way.route for way in ways} == {""}


def test_files_and_the_page_itself_are_left_out(walk: Walk) -> None:
    page = walk.page()
    assert "Er is nog niets gevraagd" in page
    for path in re.findall(r'(?:href|src)="(/(?:static|brand)/[^"]+)"', page):
        assert walk.house.ask("console.localhost", path).status_int == 200
    assert walk.recorder.ways.latest() == ()


def test_each_thread_has_a_way_of_its_own(walk: Walk) -> None:
    numbers = [10, 20, 30, 40]
    threads = [threading.Thread(target=walk.house.ask, args=(site(LIVE), f"/walk/much?n={n}")) for n in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ways = walk.recorder.ways.latest()
    assert sorted(way.number("sql") for way in ways) == [number + 1 for number in numbers], "each with its BEGIN"


def test_only_network_admins_see_it(walk: Walk) -> None:
    assert walk.house.ask("console.localhost", "/verzoeken").status_int == 303
    assert walk.house.ask(site(LIVE), "/verzoeken").status_int == 404
    coordinator = walk.house.sign_in(LIVE, "coordinator")
    assert walk.house.ask(work(LIVE), "/verzoeken", Cookie=coordinator).status_int == 404
    assert walk.house.ask("console.localhost", "/verzoeken", Cookie=coordinator).status_int == 303
    admin = walk.house.sign_in("console", "network_admin")
    assert 'href="/verzoeken">Verzoeken' in walk.house.ask("console.localhost", "/", Cookie=admin).text


def test_where_it_is_off_there_is_no_page_and_nothing_listens(house: House) -> None:
    admin = house.sign_in("console", "network_admin")
    assert house.ask("console.localhost", "/verzoeken", Cookie=admin).status_int == 404
    assert "verzoeken" not in house.ask("console.localhost", "/", Cookie=admin).text
    assert _listeners(registry_of(house), house.installation.engine) == []


def test_where_it_is_on_that_test_would_find_it(walk: Walk) -> None:
    found = _listeners(walk.registry, walk.house.installation.engine)
    assert len(found) == 5, "a tween, two derivers, two events of the database"


def _listeners(registry: Any, engine: Any) -> list[str]:
    """All of the developers' page that has a part in a request."""
    kinds = {"tweens": "factory", "view derivers": "deriver"}
    things = [
        item["introspectable"][key] for kind, key in kinds.items() for item in registry.introspector.get_category(kind)
    ]
    things += [*engine.dispatch.after_cursor_execute, *engine.dialect.dispatch.do_execute]
    return [name for name in (getattr(thing, "__module__", "") for thing in things) if ".developer." in name]


@pytest.mark.parametrize("language, words", [("nl", "De weg die"), ("en", "The way that")])
def test_it_is_there_in_both_languages(walk: Walk, language: str, words: str) -> None:
    cookie = walk.house.sign_in("console", "network_admin")
    answer = walk.house.ask("console.localhost", f"/verzoeken?taal={language}", Cookie=f"{cookie}; taal={language}")
    assert words in answer.text
