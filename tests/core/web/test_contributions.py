"""Screens made of contributions: in order, each apart, and careless plugins leave no more than a quiet gap."""

import re

import pytest

from core.plugin_host.budgets import BudgetLine
from tests.core.web.careless import LIVE, site, work
from tests.core.web.house import House, switch

PLACES = {"/": "add_home_blocks", "/over-deze-site": "add_footer_links"}
HARM = ("steal", "evil.example", "203.0.113.9", "RuntimeError", "<iframe", "<form action", "position:fixed", "<style")


def lines(house: House) -> dict[tuple[str, str], BudgetLine]:
    return {(line.plugin, line.occasion): line for line in house.installation.plugins.budgets.lines()}


def dashboard(house: House, organisation: str = LIVE, *roles: str) -> str:
    answer = house.ask(work(organisation), "/", Cookie=house.sign_in(organisation, *(roles or ("helper",))))
    assert answer.status_int == 200
    return str(answer.text)


def test_blocks_of_the_first_page_stand_in_order_below_the_reading(careless_house: House) -> None:
    page = careless_house.ask(site("netjes")).text
    assert page.index("<h2>First</h2><p>One.</p>") < page.index("<h2>Second</h2>") < page.index("<footer")


def test_the_way_to_a_human_stays_when_its_plugin_fails(careless_house: House) -> None:
    assert "Nobody waits" in careless_house.ask(site("netjes")).text
    for _ in range(5):
        page = careless_house.ask(site("netjes"), "/?broken=1").text
        assert "Tidy start" in page
        assert "Nobody waits" not in page, "a line of state that may not be true any more"
    assert "Nobody waits" in careless_house.ask(site("netjes")).text


def test_the_button_says_why_nobody_may_begin(careless_house: House) -> None:
    page = careless_house.ask(site("netjes"), "/?full=1").text
    assert "Tidy start" in page
    assert "Netjes is nu vol." in page
    assert "Nobody waits" not in page


def test_a_button_that_its_plugin_took_back_does_not_return(careless_house: House) -> None:
    careless_house.ask(site("netjes"))
    assert "Tidy start" not in careless_house.ask(site("netjes"), "/?closed=1").text
    assert "Tidy start" not in careless_house.ask(site("netjes"), "/?broken=1").text


def test_the_sites_navigation_marks_the_page_that_one_is_on(careless_house: House) -> None:
    home, there = (careless_house.ask(site("netjes"), path).text for path in ("/", "/tidy"))
    assert re.search(r'<nav class="site-nav" aria-label="[^"]+"><ul', home)
    assert '<a href="/tidy">Nette pagina</a>' in home
    assert '<a href="/tidy" aria-current="page">Nette pagina</a>' in there


def test_a_site_without_links_has_no_empty_navigation(careless_house: House) -> None:
    switch(careless_house, "netjes", "tidy", on=False)
    assert "site-nav" not in careless_house.ask(site("netjes")).text


def test_the_foot_of_every_page_of_the_site_has_the_links(careless_house: House) -> None:
    for path in ("/", "/over-deze-site", "/tidy"):
        assert '<li><a href="/tidy">Tidy at the foot</a></li>' in careless_house.ask(site("netjes"), path).text


def test_the_workplace_shows_panels_under_headings_and_marks_with_words(careless_house: House) -> None:
    page = dashboard(careless_house, "netjes")
    assert (
        '<section class="panel" aria-labelledby="panel-tidy-today"><h2 id="panel-tidy-today">Today &lt;3</h2>' in page
    )
    assert "<p>Four talks.</p></section>" in page
    assert page.count('title="4 letters wait"') == 2  # in the bar and on the tile
    assert '<span aria-hidden="true">4</span><span class="unseen"> (4 letters wait)</span>' in page
    assert "rust even" not in page


def test_a_mark_is_shown_only_beside_a_link_that_is_shown(careless_house: House) -> None:
    assert "4 letters wait" not in dashboard(careless_house, "netjes", "editor")


@pytest.mark.parametrize("path", PLACES)
def test_careless_plugins_leave_nothing_to_see_on_a_site(careless_house: House, path: str) -> None:
    with_them, without = (careless_house.ask(site(slug), path) for slug in (LIVE, "netjes"))
    assert with_them.status_int == 200
    assert [harm for harm in HARM if harm in with_them.text] == []
    assert "Tidy at the foot" in with_them.text
    assert with_them.text.count("<main") == without.text.count("<main") == with_them.text.count("</main>")
    assert 'id="main"' in with_them.text
    assert with_them.text.count('id="main"') == 1


def test_careless_plugins_leave_one_quiet_sentence_at_the_workplace(careless_house: House) -> None:
    page = dashboard(careless_house)
    assert [harm for harm in HARM if harm in page] == []
    assert "<p>Four talks.</p>" in page
    assert page.count("Een onderdeel van deze pagina rust even.") == 1


def test_what_a_script_carrying_panel_says_is_shown_without_what_it_carries(careless_house: House) -> None:
    page = dashboard(careless_house)
    panel = page[page.index('id="panel-scripted-panel"') : page.index("</section>", page.index("panel-scripted"))]
    assert "Read" in panel
    assert not re.search(r"<script|on\w+=|style=|data-|<button|href=", panel)


def test_one_link_to_elsewhere_takes_all_footer_links_of_its_plugin_and_is_reported(careless_house: House) -> None:
    assert "A careless link" in careless_house.ask(site(LIVE)).text  # the slow one's is sound
    line = lines(careless_house)["scripted", "add_footer_links"]
    assert (line.faults, line.last_fault) == (1, "NotFit")
    assert lines(careless_house)["raising", "add_footer_links"].last_fault == "RuntimeError"
    assert lines(careless_house)["slow", "add_footer_links"].over_budget == 1


def test_after_three_faults_a_plugin_is_not_asked_and_the_page_stays_the_same(careless_house: House) -> None:
    pages = [re.sub(r'value="[^"]+"', "", careless_house.ask(site(LIVE)).text) for _ in range(5)]
    assert pages[0] == pages[2]
    resting = {line.plugin for line in lines(careless_house).values() if line.paused_for}
    assert resting == {"raising", "slow", "scripted"}
    assert lines(careless_house)["raising", "add_home_blocks"].calls == 3
    assert "A careless link" not in pages[4]
    assert "Tidy at the foot" in pages[4]


@pytest.mark.parametrize("title", ["", "  ", "x" * 81])
def test_a_panel_needs_a_title_that_fits(careless_house: House, title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.hookspecs.values import Panel
    from core.web.contributed import PANEL
    from core.web.contributions import NotFit, _panel

    with pytest.raises(NotFit):
        _panel(Panel("tidy.today", title, "x"), PANEL)  # type: ignore[arg-type]
    with pytest.raises(NotFit):
        _panel(Panel('tidy."><b', "Title", "x"), PANEL)  # type: ignore[arg-type]


def test_an_error_page_asks_plugins_nothing(careless_house: House) -> None:
    before = lines(careless_house)
    assert careless_house.ask(site(LIVE), "/nergens").status_int == 404
    assert {key: line.calls for key, line in lines(careless_house).items()} == {
        key: line.calls for key, line in before.items()
    }
