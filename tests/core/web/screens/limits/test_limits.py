"""How long things stay, on the page: a coordinator shortens, the network sets the cap, nothing else changes."""

from datetime import timedelta
from typing import Any

from core.privacy.limits import limit_of
from core.privacy.retention import BACKUPS, core_retention
from tests.core.web.screens.settings.house import Seats

STAFF = next(rule for rule in core_retention() if rule.name == "core.staff")


def page(seats: Seats, slug: str) -> Any:
    return seats.browser(slug).get("/bewaren")


def send(page: Any, status: int = 303, **fields: str) -> Any:
    form = next(form for form in page.forms.values() if "number-core-staff" in form.fields)
    for name, value in fields.items():
        form[name.replace("_", "-")] = value
    host = page.request.environ["HTTP_HOST"]
    return form.submit(headers={"Origin": f"http://{host}"}, status=status)


def held(seats: Seats, slug: str) -> timedelta:
    tenant = seats.tenant(slug)
    return limit_of(STAFF, tenant, seats.installation.directory.network).holds


def test_a_coordinator_sees_what_holds_and_shortens_it(seats: Seats) -> None:
    seen = page(seats, "portal")
    assert "Accounts van mensen die weg zijn" in seen.text
    assert "Van 1 dag tot 30 dagen." in seen.text
    assert "Niet: het gaat meteen weg. Dat is altijd zo." in seen.text
    assert "Back-ups van alles" not in seen.text
    answer = send(seen, number_core_staff="10")
    assert answer.location.endswith("/bewaren?bewaard=ja")
    assert (held(seats, "portal"), held(seats, "region")) == (timedelta(days=10), timedelta(days=30))
    assert seats.deeds("portal") == [("privacy.limit_changed", "limit:core-staff")], (
        "and nothing of what was not touched"
    )
    assert "Opgeslagen" in seats.browser("portal").get(answer.location).text


def test_the_default_chosen_again_follows_the_default(seats: Seats) -> None:
    send(page(seats, "portal"), number_core_staff="2", unit_core_staff="weeks")
    assert held(seats, "portal") == timedelta(days=14)
    send(page(seats, "portal"), number_core_staff="30", unit_core_staff="days")
    assert held(seats, "portal") == timedelta(days=30)
    assert seats.tenant("portal").values.get("keep.core.staff") is None


def test_the_network_sets_the_cap_and_keeps_backups(seats: Seats) -> None:
    seen = page(seats, "console")
    assert "Back-ups van alles" in seen.text
    assert "Van 1 dag tot 92 dagen." in seen.text
    send(seen, number_core_staff="20", number_core_backups="60")
    assert held(seats, "region") == timedelta(days=20)
    network = seats.tenant("console")
    assert limit_of(BACKUPS, network, network).holds == timedelta(days=60)
    assert "Van 1 dag tot 20 dagen." in page(seats, "region").text


def test_what_does_not_fit_is_said_beside_the_field_and_nothing_is_stored(seats: Seats) -> None:
    for number, unit in (
        ("31", "days"),
        ("0", "days"),
        ("", "days"),
        ("tien", "days"),
        ("1", "years"),
        ("1.5", "days"),
    ):
        answer = send(page(seats, "portal"), 422, number_core_staff=number, unit_core_staff=unit, number_core_audit="2")
        assert "Kies iets van 1 dag tot 30 dagen." in answer.text
        assert answer.text.count('class="fault"') == 1
        form = next(form for form in answer.forms.values() if "number-core-staff" in form.fields)
        assert (form["number-core-staff"].value, form["number-core-audit"].value) == (number, "2")
    assert seats.deeds("portal") == []
    mended = send(send(page(seats, "portal"), 422, number_core_staff="31"), number_core_staff="3")
    assert mended.status_int == 303
    assert held(seats, "portal") == timedelta(days=3)


def test_nobody_else_opens_it(seats: Seats) -> None:
    assert seats.browser("portal", "helper").get("/bewaren", status="*").status_int == 403
