"""The network admin sets what holds everywhere, locks it, and changes and locks one organisation's settings."""

from typing import Any

from core.settings.reading import secret_setting
from core.tenancy.session import tenant_session
from tests.core.web.screens.settings.house import Seats, send

WORD = "wilg molen zes"


def fields(page: Any) -> set[str]:
    """The names in the forms of settings."""
    return {name for form in page.forms.values() if "plugin" in form.fields for name in form.fields if name}


def test_the_network_chooses_for_all_who_choose_nothing(seats: Seats) -> None:
    page = seats.page("console", "console")
    assert "Wat je hier kiest, geldt voor elke organisatie" in page.text
    assert not {"value-key", "value-own"} & fields(page), "neither secrets nor what is not handed on"
    send(page, value__minutes="4", value__brand="other")
    assert [seats.value(slug, "minutes") for slug in ("console", "portal", "region", "other")] == [4, 4, 4, 4]
    assert seats.value("region", "brand") == "other"
    assert "Komt van Luwte." in seats.page("portal").text
    send(seats.page("portal"), value__minutes="6")
    assert [seats.value(slug, "minutes") for slug in ("portal", "region", "other")] == [6, 6, 4]


def test_the_network_locks_for_all(seats: Seats) -> None:
    send(seats.page("portal"), value__minutes="6", lock__minutes=True)
    send(seats.page("console", "console"), value__minutes="4", lock__minutes=True)
    assert [seats.value(slug, "minutes") for slug in ("portal", "region")] == [4, 4]
    for slug in ("portal", "region"):
        page = seats.page(slug)
        assert "Vastgezet door Luwte" in page.text
        assert "value-minutes" not in fields(page)
    assert "value-minutes" not in fields(seats.page("console", "portal")), "it holds at the console too"


def test_the_network_fixes_a_value_for_one_organisation(seats: Seats) -> None:
    send(seats.page("console", "portal"), value__minutes="8", lock__minutes=True)
    assert seats.tenant("portal").values["lock.tea.minutes"] == "here"
    assert "value-minutes" not in fields(seats.page("portal"))
    assert "Vastgezet door Luwte" in seats.page("portal").text
    assert "Vastgezet door Portal" in seats.page("region").text
    send(seats.page("console", "portal"), value__minutes="9", lock__minutes=False)
    assert seats.value("portal", "minutes") == 9
    assert "value-minutes" in fields(seats.page("portal"))


def test_a_lock_of_a_portal_for_its_regions_stays_when_the_network_looks_in(seats: Seats) -> None:
    send(seats.page("portal"), lock__minutes=True)
    send(seats.page("console", "portal"), value__sweet=True)
    assert seats.tenant("portal").values["lock.tea.minutes"] == "below"


def test_a_change_for_an_organisation_is_on_record_at_both(seats: Seats) -> None:
    send(seats.page("console", "portal"), value__minutes="8")
    assert seats.deeds("portal") == [("settings.changed", "setting:tea-minutes")]
    assert seats.deeds("console") == [("settings.changed_for_organisation", "organisation:portal")]
    send(seats.page("console", "console"), value__minutes="8")
    assert ("settings.changed", "setting:tea-minutes") in seats.deeds("console")


def test_the_network_sets_an_organisations_secret(seats: Seats) -> None:
    send(seats.page("console", "region"), value__key=WORD)
    house = seats.installation
    with tenant_session(house.engine, seats.tenant("region").id) as session, session.begin():
        assert secret_setting(session, house, "tea", "key") == WORD
    assert "Er is een waarde ingesteld." in seats.page("region").text


def test_organisations_are_found_by_name(seats: Seats) -> None:
    browser = seats.browser("console")
    every = [link.text for link in browser.get("/instellingen").html.select(".settings-list a")]
    assert every == ["Other", "Portal", "Region"]
    found = browser.get("/instellingen?zoek=REG")
    assert [link.text for link in found.html.select(".settings-list a")] == ["Region"]
    assert "Geen organisatie heeft dit in haar naam." in browser.get("/instellingen?zoek=nergens").text
    browser.get("/instellingen?organisatie=nergens", status=404)
    assert "Hier is niets in te stellen." in browser.get("/instellingen?organisatie=other").text


def test_values_that_no_longer_fit_are_named(seats: Seats) -> None:
    browser = seats.browser("console")
    assert "tea.minutes" not in browser.get("/instellingen").text
    seats.store("region", "plugin.tea.minutes", "veel")
    page = browser.get("/instellingen")
    entry = page.html.select_one(".note.danger li")
    assert " ".join(entry.text.split()) == "Region: tea.minutes"
    assert entry.a["href"] == "/instellingen?organisatie=region"


def test_nobody_of_an_organisation_gets_there(seats: Seats) -> None:
    for slug in ("portal", "region"):
        page = seats.browser(slug).get("/instellingen?organisatie=other")
        assert "Other" not in page.text
    seats.browser("console").get("/instellingen")
