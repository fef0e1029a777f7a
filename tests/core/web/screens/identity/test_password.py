"""Changing one's own password by browser."""

import pytest

from tests.core.web.screens.identity.office import PASSWORD, Office, Window

NEW = "nieuwe woorden samen"


@pytest.fixture
def window(office: Office) -> Window:
    window = office.window()
    window.sign_in()
    return window


def test_the_new_password_works_and_other_browsers_are_signed_out(office: Office, window: Window) -> None:
    other = office.window()
    other.sign_in()
    done = window.post("/wachtwoord", password=PASSWORD, new=NEW, again=NEW)
    assert "Je wachtwoord is veranderd" in done.follow().text
    other.get("/", status=303)
    other.sign_in("noor", PASSWORD, status=422)
    other.sign_in("noor", NEW)
    assert "identity.password_changed" in office.deeds()


@pytest.mark.parametrize(
    "fields, fault",
    [
        ({"password": "wrong wrong wrong", "new": NEW, "again": NEW}, "password-fault"),
        ({"password": "", "new": NEW, "again": NEW}, "password-fault"),
        ({"password": PASSWORD, "new": "short", "again": "short"}, "new-fault"),
        ({"password": PASSWORD, "new": NEW, "again": NEW + "x"}, "again-fault"),
        ({"password": PASSWORD, "new": "x" * 2000, "again": "x" * 2000}, "new-fault"),
    ],
)
def test_a_fault_stands_at_its_field_and_nothing_changes(
    office: Office, window: Window, fields: dict[str, str], fault: str
) -> None:
    page = window.post("/wachtwoord", 422, **fields)
    assert [item["id"] for item in page.html.select(".fault")] == [fault]
    assert "identity.password_changed" not in office.deeds()
    office.window().sign_in("noor", PASSWORD)


def test_guessing_ones_own_password_is_throttled_too(office: Office, window: Window) -> None:
    for _ in range(5):
        window.post("/wachtwoord", 422, password="wrong wrong wrong", new=NEW, again=NEW)
    window.post("/wachtwoord", 429, password=PASSWORD, new=NEW, again=NEW)


def test_it_is_for_who_is_signed_in(office: Office) -> None:
    stranger = office.window()
    assert "/aanmelden" in stranger.post("/wachtwoord", password=PASSWORD, new=NEW, again=NEW).location


def test_the_first_page_of_the_workplace_leads_to_it(window: Window) -> None:
    page = window.get("/")
    assert page.click(href="/wachtwoord").status_int == 200
