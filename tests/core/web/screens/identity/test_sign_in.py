"""Signing in and out by browser."""

from typing import Any

import pytest

from core.access.table import Permissions
from core.identity.services import staff as accounts
from tests.core.web.screens.identity.office import PASSWORD, Office


def test_who_is_not_signed_in_is_asked_to_and_comes_back_to_the_page(office: Office) -> None:
    window = office.window()
    asked = window.get("/wachtwoord", status=303)
    assert asked.location == f"{window.origin}/aanmelden?verder=%2Fwachtwoord"
    page = window.get("/aanmelden?verder=/wachtwoord")
    assert page.forms[0]["verder"].value == "/wachtwoord"
    assert window.sign_in(verder="/wachtwoord").location == f"{window.origin}/wachtwoord"
    assert "Noor" in window.get("/").text


def test_the_form_tells_browsers_and_password_managers_what_it_is(office: Office) -> None:
    form = office.window().get("/aanmelden").forms[0]
    assert form.method == "post"
    assert form["name"].attrs["autocomplete"] == "username"
    assert form["password"].attrs["autocomplete"] == "current-password"


def test_the_cookie_is_host_only_closed_to_scripts_and_new_each_time(office: Office) -> None:
    window = office.window()
    answers = [window.sign_in(), window.sign_in()]
    lines = [_cookie(answer) for answer in answers]
    assert [line.split("; ")[1:] for line in lines] == [["Path=/", "HttpOnly", "SameSite=Lax"]] * 2
    assert lines[0] != lines[1]


def _cookie(answer: Any) -> str:
    lines: list[str] = answer.headers.getall("Set-Cookie")
    return next(line for line in lines if line.startswith("staff="))


def test_wrong_unknown_and_switched_off_answer_with_the_same_page(office: Office) -> None:
    window = office.window()
    pages = [window.sign_in(name, "wrong wrong wrong", status=422) for name in ("noor", "nemo")]
    office.change("noor", lambda session, staff: accounts.set_active(session, staff, False, office.clock()))
    pages.append(window.sign_in("noor", PASSWORD, status=422))
    texts = {page.text.replace('value="nemo"', 'value="noor"') for page in pages}
    assert len(texts) == 1
    assert "Deze naam en dit wachtwoord horen niet bij elkaar" in pages[0].text
    assert all("Set-Cookie" not in page.headers for page in pages)


def test_what_was_typed_stays_but_for_the_password(office: Office) -> None:
    page = office.window().sign_in("noor", "wrong wrong wrong", status=422)
    assert page.forms[0]["name"].value == "noor"
    assert page.forms[0]["password"].value == ""
    assert page.forms[0]["password"].attrs["aria-describedby"] == "password-fault"
    assert page.html.find(id="password-fault").text.startswith("Deze naam")


@pytest.mark.parametrize("name, password, fault", [("", PASSWORD, "name-fault"), ("noor", "", "password-fault")])
def test_an_empty_field_is_told_at_the_field(office: Office, name: str, password: str, fault: str) -> None:
    page = office.window().sign_in(name, password, status=422)
    assert [item["id"] for item in page.html.select(".fault")] == [fault]


def test_a_name_must_wait_after_five_wrong_passwords(office: Office) -> None:
    window = office.window()
    for _ in range(5):
        window.sign_in(password="wrong wrong wrong", status=422)
    page = window.sign_in(status=429)
    assert "Wacht 1 minuut" in page.html.select_one("[role=alert]").text
    office.clock.advance(seconds=30)
    window.sign_in()


def test_a_place_on_the_network_may_try_sixty_times_in_a_quarter(office: Office) -> None:
    window = office.window()
    for number in range(60):
        window.sign_in(f"name-{number}", "wrong wrong wrong", status=422)
    page = window.sign_in(status=429)
    assert "Wacht 15 minuten" in page.text
    assert office.deeds() == []


def test_an_account_is_good_at_its_own_organisation_only(office: Office) -> None:
    office.window(office.b).sign_in("noor", status=422)
    office.window(office.console).sign_in("noor", status=422)
    office.window(office.a).sign_in("beheer", status=422)
    office.window(office.a).sign_in("noor")


def test_a_session_is_nobodys_at_another_organisation_or_on_the_site(office: Office) -> None:
    window = office.window()
    cookie = _cookie(window.sign_in()).partition(";")[0]
    for other in (office.window(office.b), office.window(office.console)):
        answer = other.app.get("/", headers={"Cookie": cookie}, status=303)
        assert answer.location.startswith(f"{other.origin}/aanmelden")
    assert "Noor" not in office.site().app.get("/", headers={"Cookie": cookie}).text
    office.site().get("/aanmelden", status=404)


def test_network_admins_sign_in_at_the_console(office: Office) -> None:
    window = office.window(office.console)
    window.sign_in("beheer")
    assert "Beheer" in window.get("/").text


def test_signing_out_ends_the_session_everywhere(office: Office) -> None:
    window = office.window()
    cookie = _cookie(window.sign_in()).partition(";")[0]
    out = window.post("/afmelden")
    assert out.headers["Clear-Site-Data"] == '"cache"'
    assert "Max-Age=0" in _cookie(out)
    assert "Je bent afgemeld" in out.follow().text
    office.window().app.get("/", headers={"Cookie": cookie}, status=303)
    assert office.deeds() == ["identity.signed_in", "identity.signed_out"]


def test_signing_out_without_a_session_is_no_fault(office: Office) -> None:
    assert "/aanmelden" in office.window().post("/afmelden").location


@pytest.mark.parametrize(
    "way", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/a?b=c", "/\r\nx", ""]
)
def test_signing_in_never_leads_to_another_host(office: Office, way: str) -> None:
    window = office.window()
    assert window.sign_in(verder=way).location == f"{window.origin}/"


def test_a_form_of_another_site_or_without_token_does_nothing(office: Office) -> None:
    window = office.window()
    fields = {"csrf_token": window.token(), "name": "noor", "password": PASSWORD}
    foreign = window.app.post("/aanmelden", fields, {"Origin": "http://evil.example"}, status=403)
    bare = window.app.post("/aanmelden", fields | {"csrf_token": "x"}, {"Origin": window.origin}, status=403)
    for page in (foreign, bare):
        assert "Set-Cookie" not in page.headers
        assert page.html.find("h1")
    assert office.deeds() == []


def test_a_script_shows_its_token_in_a_header(office: Office) -> None:
    window = office.window()
    window.sign_in()
    headers = {"Origin": window.origin, "X-CSRF-Token": window.token()}
    window.app.post("/actief", headers=headers, status=204)
    window.app.post("/actief", headers={"Origin": window.origin}, status=403)


def test_over_https_forms_work_and_cookies_are_bound_to_the_host(office: Office) -> None:
    window = office.secure_window()
    assert window.get("/aanmelden").headers["Referrer-Policy"] == "same-origin"
    lines = window.sign_in().headers.getall("Set-Cookie")
    assert [line.partition("=")[0] for line in lines] == ["__Host-staff"]
    assert set(lines[0].split("; ")[1:]) == {"Path=/", "HttpOnly", "secure", "SameSite=Lax"}
    assert "Noor" in window.get("/").text
    fields = {"csrf_token": window.token()}
    window.app.post("/vergrendel", fields, {"Origin": window.origin.replace("https", "http")}, status=403)
    window.app.post("/vergrendel", fields, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}, status=303)


def test_every_screen_for_staff_names_a_permission_that_exists() -> None:
    from core.web.screens import all_routes

    permissions = Permissions()
    assert [route.name for route in all_routes() if route.permission and not permissions.knows(route.permission)] == []


def test_pages_for_staff_are_never_kept_by_the_browser(office: Office) -> None:
    window = office.window()
    assert window.get("/aanmelden").headers["Cache-Control"] == "no-store"
    window.sign_in()
    assert window.get("/").headers["Cache-Control"] == "no-store"
    assert window.get("/wachtwoord").headers["Cache-Control"] == "no-store"
