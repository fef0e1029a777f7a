"""The lock screen by browser: nothing of the work shows until the password is given."""

import pytest

from core.identity.services import sessions
from tests.core.web.screens.identity.office import Office, Window


@pytest.fixture
def window(office: Office) -> Window:
    window = office.window()
    window.sign_in()
    return window


def test_locking_covers_every_page_and_shows_nothing_of_it(office: Office, window: Window) -> None:
    locked = window.post("/vergrendel", verder="/wachtwoord")
    assert locked.headers["Clear-Site-Data"] == '"cache"'
    for path in ("/", "/wachtwoord"):
        page = window.get(path, status=303)
        assert page.location.startswith(f"{window.origin}/vergrendeld")
        assert "Noor" not in page.text
    screen = locked.follow()
    assert "Je scherm is vergrendeld" in screen.text
    assert screen.html.find("nav") is None
    assert screen.forms[0]["verder"].value == "/wachtwoord"


def test_the_password_leads_back_to_the_page(office: Office, window: Window) -> None:
    window.post("/vergrendel")
    wrong = window.post("/vergrendeld", 422, password="wrong wrong wrong")
    assert "Dit is je wachtwoord niet" in wrong.html.find(id="password-fault").text
    window.get("/", status=303)
    right = window.post("/vergrendeld", password="wilg molen zes zomer", verder="/wachtwoord")
    assert right.location == f"{window.origin}/wachtwoord"
    assert "Noor" in window.get("/").text
    assert office.deeds() == [
        "identity.signed_in",
        "identity.locked",
        "identity.sign_in_failed",
        "identity.unlocked",
    ]


def test_half_an_hour_without_activity_locks_by_itself(office: Office, window: Window) -> None:
    office.clock.advance(minutes=29)
    window.get("/")
    office.clock.advance(minutes=30)
    window.get("/", status=303)
    assert "vergrendeld" in window.get("/vergrendeld").text


def test_telling_of_activity_keeps_the_session_awake_but_opens_no_lock(office: Office, window: Window) -> None:
    headers = {"Origin": window.origin, "X-CSRF-Token": window.token()}
    for _ in range(4):
        office.clock.advance(minutes=20)
        window.app.post("/actief", headers=headers, status=204)
    office.clock.advance(minutes=31)
    assert window.app.post("/actief", headers=headers, status=303).location.startswith(f"{window.origin}/vergrendeld")
    window.get("/", status=303)


def test_while_locked_nothing_can_be_done_but_unlock_and_sign_out(office: Office, window: Window) -> None:
    window.post("/vergrendel")
    refused = window.post("/wachtwoord", password="wilg molen zes zomer", new="x" * 12, again="x" * 12)
    assert refused.location.startswith(f"{window.origin}/vergrendeld")
    assert "/aanmelden" in window.post("/afmelden").location
    window.get("/vergrendeld", status=303)
    assert office.deeds()[-1] == "identity.signed_out"


def test_one_browsers_lock_does_not_lock_another(office: Office, window: Window) -> None:
    other = office.window()
    other.sign_in()
    window.post("/vergrendel")
    other.get("/")


def test_a_session_that_was_ended_elsewhere_is_refused_at_once(office: Office, window: Window) -> None:
    office.change("noor", lambda session, staff: sessions.end_all(session, staff.id, office.clock()))
    assert "/aanmelden" in window.get("/", status=303).location
    assert "/aanmelden" in window.get("/vergrendeld", status=303).location


def test_who_is_not_signed_in_has_no_lock_screen(office: Office) -> None:
    stranger = office.window()
    assert stranger.get("/vergrendeld", status=303).location == f"{stranger.origin}/aanmelden"
    assert "/aanmelden" in stranger.post("/vergrendel").location


def test_the_lock_screen_of_an_open_session_leads_on(window: Window) -> None:
    assert window.get("/vergrendeld?verder=/wachtwoord", status=303).location == f"{window.origin}/wachtwoord"


def test_each_page_of_the_workplace_has_the_button_and_the_key(window: Window) -> None:
    page = window.get("/")
    button = page.html.select_one("form[action='/vergrendel'] button")
    assert "Alt+L" in button["title"]
    assert page.html.select_one("script[src$='/core/work.js']")
