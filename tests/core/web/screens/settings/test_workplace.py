"""A coordinator changes the organisation's settings: checked, written down, nothing lost, nothing beyond their own."""

from typing import Any

import pytest

from core.settings.reading import secret_setting, setting
from core.tenancy.session import tenant_session
from tests.core.web.screens.settings.house import Seats, send

WORD = "wilg molen zes"


def test_a_form_is_made_from_the_declaration(seats: Seats) -> None:
    page = seats.page("portal")
    form = page.forms[next(key for key, form in page.forms.items() if "plugin" in form.fields)]
    kinds = {name: form[f"value-{name}"].tag for name in ("sweet", "minutes", "kind", "guests", "welcome")}
    assert kinds == {
        "sweet": "input",
        "minutes": "input",
        "kind": "select",
        "guests": "textarea",
        "welcome": "textarea",
    }
    assert [value for value, _, _ in form["value-kind"].options] == ['"green"', '"black"']
    assert form["value-key"].attrs["type"] == "password"
    assert "value-brand" not in form.fields
    assert "Alleen het netwerk kan dit wijzigen." in page.text


def test_values_are_stored_and_hold_at_once(seats: Seats) -> None:
    typed: dict[str, Any] = {
        "sweet": True,
        "minutes": " 7 ",
        "kind": '"black"',
        "guests": "Noor\r\n\r\n Sem ",
        "welcome": "Dag\r\nen welkom",
    }
    answer = send(seats.page("portal"), **{f"value__{name}": value for name, value in typed.items()})
    assert answer.location.endswith("/instellingen?bewaard=ja")
    assert seats.tenant("portal").settings["tea"] == {
        "sweet": True,
        "minutes": 7,
        "kind": "black",
        "guests": ("Noor", "Sem"),
        "welcome": "Dag\nen welkom",
        "brand": "house",
        "own": 1,
    }
    assert setting(seats.tenant("portal"), "tea", "minutes") == 7
    saved = seats.browser("portal").get("/instellingen?bewaard=ja")
    assert "Opgeslagen." in saved.text


def test_only_what_was_touched_is_stored_and_written_down_without_its_value(seats: Seats) -> None:
    send(seats.page("portal"), value__minutes="7")
    values = seats.tenant("portal").values
    assert [key for key in values if key.startswith("plugin.")] == ["plugin.tea.minutes"]
    assert seats.deeds("portal") == [("settings.changed", "setting:tea-minutes")]
    send(seats.page("portal"))
    assert len(seats.deeds("portal")) == 1, "a form that changes nothing leaves no record"


def test_two_at_once_do_not_undo_each_other(seats: Seats) -> None:
    first, second = seats.page("portal"), seats.page("portal")
    send(first, value__minutes="7")
    send(second, value__sweet=True)
    assert (seats.value("portal", "minutes"), seats.value("portal", "sweet")) == (7, True)


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("minutes", "12", "Geef 9 of minder."),
        ("minutes", "0", "Geef 1 of meer."),
        ("minutes", "veel", "Geef een heel getal, zoals 5."),
        ("minutes", "2,5", "Geef een heel getal, zoals 5."),
        ("minutes", "  ", "Vul dit in."),
        ("welcome", "x", "Gebruik minstens 2 tekens."),
        ("welcome", "x" * 501, "Gebruik hoogstens 500 tekens."),
        ("guests", "Noor\nMaximiliaan", "Regel 2: Gebruik hoogstens 8 tekens."),
        ("key", "kort", "Gebruik minstens 6 tekens."),
    ],
)
def test_a_value_that_does_not_fit_is_told_beside_its_field_and_nothing_is_lost(
    seats: Seats, name: str, typed: str, sentence: str
) -> None:
    fields: dict[str, Any] = {"value__kind": '"black"', f"value__{name}": typed}
    page = send(seats.page("portal"), 422, **fields)
    assert page.html.find(id=f"tea-{name}-fault").text == sentence
    described = page.html.find(id=f"tea-{name}")
    assert described["aria-invalid"] == "true"
    assert f"tea-{name}-fault" in described["aria-describedby"]
    assert page.html.find(role="alert").find("a")["href"] == f"#tea-{name}"
    assert page.html.title.text.startswith("Niet opgeslagen: ")
    form = next(form for form in page.forms.values() if "plugin" in form.fields)
    assert form["value-kind"].value == '"black"'
    assert form[f"value-{name}"].value.replace("\r\n", "\n") == ("" if name == "key" else typed)
    assert [key for key in seats.tenant("portal").values if key.startswith("plugin.")] == []
    assert seats.deeds("portal") == []
    mended: dict[str, Any] = {f"value__{name}": {"minutes": "3", "key": "lang genoeg"}.get(name, "Noor")}
    send(page, **mended)
    assert seats.value("portal", "kind") == "black", "what was right the first time was kept"


def test_an_option_that_does_not_exist_is_refused(seats: Seats) -> None:
    page = seats.page("portal")
    form = next(form for form in page.forms.values() if "plugin" in form.fields)
    form["value-kind"].force_value('"white"')
    assert send(page, 422).html.find(id="tea-kind-fault").text == "Kies een van de mogelijkheden."


def test_faults_are_told_in_the_readers_language(seats: Seats) -> None:
    page = seats.browser("portal").get("/instellingen?taal=en")
    form = next(form for form in page.forms.values() if "plugin" in form.fields)
    form["value-minutes"] = "12"
    form.action = "/instellingen?taal=en"
    answer = form.submit(headers={"Origin": "http://portal-werk.localhost:6543"}, status=422)
    assert answer.html.find(id="tea-minutes-fault").text == "Give 9 or less."


def test_an_own_value_can_be_given_up(seats: Seats) -> None:
    seats.store("portal", "plugin.tea.minutes", 3)
    send(seats.page("region"), value__minutes="7")
    assert seats.value("region", "minutes") == 7
    page = seats.page("region")
    assert "Weer volgen: Portal (3)" in page.text
    send(page, follow__minutes=True)
    assert seats.value("region", "minutes") == 3
    assert "Komt van Portal." in seats.page("region").text
    assert ("settings.followed", "setting:tea-minutes") in seats.deeds("region")


def test_a_portal_locks_for_its_regions(seats: Seats) -> None:
    assert "lock-own" not in next(f for f in seats.page("portal").forms.values() if "plugin" in f.fields).fields
    seats.store("region", "plugin.tea.minutes", 7)
    late = seats.page("region")
    send(seats.page("portal"), value__minutes="3", lock__minutes=True)
    assert (seats.value("portal", "minutes"), seats.value("region", "minutes")) == (3, 3)
    page = seats.page("region")
    assert "Vastgezet door Portal; het kan alleen daar worden gewijzigd." in page.text
    assert page.html.find(id="tea-minutes") is None
    assert "Nu: 3" in page.text
    refused = send(late, 422, value__minutes="8", value__kind='"black"')
    told = refused.html.find(id="tea-minutes-fault").text
    assert told == "Dit is intussen vastgezet en is daarom niet gewijzigd. Je had ingevuld: 8"
    assert seats.value("region", "minutes") == 3
    send(seats.page("portal"), lock__minutes=False)
    assert seats.value("region", "minutes") == 7, "what the region had chosen was kept"
    deeds = [action for action, _ in seats.deeds("portal")]
    assert deeds == ["settings.changed", "settings.locked", "settings.unlocked"]


def test_a_region_without_regions_cannot_lock(seats: Seats) -> None:
    page = seats.page("region")
    form = next(form for form in page.forms.values() if "plugin" in form.fields)
    assert not [name for name in form.fields if name and name.startswith("lock-")]
    body = [(name, value) for name, value in form.submit_fields()] + [("lock-minutes", "1")]
    answer = seats.browser("region")
    fresh = answer.get("/instellingen")
    token = next(form for form in fresh.forms.values() if "plugin" in form.fields)["csrf_token"].value
    body = [(name, token if name == "csrf_token" else value) for name, value in body]
    answer.post("/instellingen", body, {"Origin": "http://region-werk.localhost:6543"}, status=303)
    assert not [key for key in seats.tenant("region").values if key.startswith("lock.")]


def test_what_only_the_network_may_change_is_refused(seats: Seats) -> None:
    browser = seats.browser("portal")
    form = next(form for form in browser.get("/instellingen").forms.values() if "plugin" in form.fields)
    body = [*form.submit_fields(), ("value-brand", "other")]
    answer = browser.post("/instellingen", body, {"Origin": "http://portal-werk.localhost:6543"}, status=422)
    assert answer.html.find(id="tea-brand-fault")
    assert seats.value("portal", "brand") == "house"


def test_a_secret_is_stored_sealed_and_never_shown(seats: Seats) -> None:
    assert "Er is nog geen waarde ingesteld." in seats.page("portal").text
    answer = send(seats.page("portal"), value__key=WORD)
    page = seats.page("portal")
    assert "Er is een waarde ingesteld." in page.text
    assert WORD not in page.text + answer.text
    house, portal = seats.installation, seats.tenant("portal")
    assert WORD not in repr(portal) + repr(portal.values)
    with tenant_session(house.engine, portal.id) as session, session.begin():
        assert secret_setting(session, house, "tea", "key") == WORD
    assert seats.deeds("portal") == [("settings.secret_set", "setting:tea-key")]
    send(seats.page("portal"), value__sweet=True)
    with tenant_session(house.engine, portal.id) as session, session.begin():
        assert secret_setting(session, house, "tea", "key") == WORD, "an empty field leaves it as it is"
    send(seats.page("portal"), clear__key=True)
    with tenant_session(house.engine, portal.id) as session, session.begin():
        assert secret_setting(session, house, "tea", "key") is None
    with tenant_session(house.engine, seats.tenant("region").id) as session, session.begin():
        assert secret_setting(session, house, "tea", "key") is None, "it is not handed on to regions"


def test_a_secret_typed_beside_a_fault_is_asked_again(seats: Seats) -> None:
    page = send(seats.page("portal"), 422, value__key=WORD, value__minutes="12")
    assert WORD not in page.text
    assert "vul het nog een keer in" in page.text


def test_reading_says_what_is_wrong(seats: Seats) -> None:
    portal = seats.tenant("portal")
    for plugin, name in (("tea", "key"), ("tea", "nothing"), ("coffee", "minutes")):
        with pytest.raises(LookupError):
            setting(portal, plugin, name)
    with tenant_session(seats.installation.engine, portal.id) as session, session.begin():
        for plugin, name in (("tea", "minutes"), ("coffee", "key")):
            with pytest.raises(LookupError):
                secret_setting(session, seats.installation, plugin, name)


def test_a_stored_value_that_no_longer_fits_is_named_and_can_be_mended(seats: Seats) -> None:
    seats.store("portal", "plugin.tea.minutes", "veel")
    page = seats.page("portal")
    assert "De waarde die bij Portal is opgeslagen past sinds een nieuwe versie niet meer" in page.text
    assert seats.value("portal", "minutes") == 5
    send(page)
    assert seats.tenant("portal").values["plugin.tea.minutes"] == 5
    assert "past sinds" not in seats.page("portal").text


def test_only_coordinators_get_there(seats: Seats) -> None:
    for role in ("helper", "moderator", "editor"):
        assert seats.browser("portal", role).get("/instellingen", status=403)
    assert "/instellingen" not in seats.browser("portal", "helper").get("/").text
    assert seats.browser("portal").get("/").html.find("a", href="/instellingen").text.strip() == "Instellingen"


def test_a_form_from_elsewhere_changes_nothing(seats: Seats) -> None:
    page = seats.page("portal")
    form = next(form for form in page.forms.values() if "plugin" in form.fields)
    form["value-minutes"] = "7"
    form.submit(headers={"Origin": "http://evil.example"}, status=403)
    form["csrf_token"] = "0" * 64
    form.submit(headers={"Origin": "http://portal-werk.localhost:6543"}, status=403)
    assert seats.value("portal", "minutes") == 5


def test_a_plugin_that_is_off_is_not_there(seats: Seats) -> None:
    browser = seats.browser("portal")
    form = next(form for form in browser.get("/instellingen").forms.values() if "plugin" in form.fields)
    form["plugin"].force_value("coffee")
    form["value-minutes"] = "7"
    form.submit(headers={"Origin": "http://portal-werk.localhost:6543"}, status=200)
    assert seats.value("portal", "minutes") == 5
