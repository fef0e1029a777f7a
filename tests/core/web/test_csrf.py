"""A form needs a token that goes with this browser's cookie, and must come from a page of this host: both."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.crypto import new_token
from core.web.csrf import FormTokens
from tests.core.web.requests import answer, make_request

OWN = "http://luisterboom.localhost:6543"
POLICY = FormTokens()


def _cookie_and_token(folder: Path) -> tuple[str, str]:
    """What a browser holds that has opened a page with a form."""
    request = make_request(folder)
    token = POLICY.get_csrf_token(request)
    cookie = answer(request)["form"].partition(";")[0]
    return f"form={cookie}", token


def test_a_form_of_our_own_page_is_taken(tmp_path: Path) -> None:
    cookie, token = _cookie_and_token(tmp_path)
    assert POLICY.check_csrf_token(make_request(tmp_path, Cookie=cookie, Origin=OWN), token)
    assert POLICY.check_csrf_token(make_request(tmp_path, Cookie=cookie, Sec_Fetch_Site="same-origin"), token)


def test_a_browser_that_hides_its_origin_is_taken_by_its_fetch_site(tmp_path: Path) -> None:
    cookie, token = _cookie_and_token(tmp_path)
    request = make_request(tmp_path, Cookie=cookie, Origin="null", Sec_Fetch_Site="same-origin")
    assert POLICY.check_csrf_token(request, token)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "https://luisterboom.localhost:6543"},
        {"Origin": "http://luisterboom.localhost"},
        {"Origin": "http://luisterboom-werk.localhost:6543", "Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "none"},
        {"Referer": f"{OWN}/chat"},
    ],
)
def test_a_right_token_from_elsewhere_is_refused(tmp_path: Path, headers: dict[str, str]) -> None:
    cookie, token = _cookie_and_token(tmp_path)
    assert not POLICY.check_csrf_token(make_request(tmp_path, Cookie=cookie, **headers), token)


def test_a_token_without_its_cookie_or_with_anothers_is_refused(tmp_path: Path) -> None:
    cookie, token = _cookie_and_token(tmp_path)
    _, other = _cookie_and_token(tmp_path)
    assert not POLICY.check_csrf_token(make_request(tmp_path, Origin=OWN), token)
    assert not POLICY.check_csrf_token(make_request(tmp_path, Cookie=cookie, Origin=OWN), other)
    assert not POLICY.check_csrf_token(make_request(tmp_path, Cookie=cookie, Origin=OWN), "")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_changed_character_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    cookie, token = _cookie_and_token(tmp_path)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda character: character != token[place]))
    changed = token[:place] + other + token[place + 1 :]
    assert not POLICY.check_csrf_token(make_request(tmp_path, Cookie=cookie, Origin=OWN), changed)


def test_a_token_of_one_host_is_refused_on_another(tmp_path: Path) -> None:
    cookie, token = _cookie_and_token(tmp_path)
    host = "thuisanker.localhost:6543"
    request = make_request(tmp_path, host, Cookie=cookie, Origin=f"http://{host}")
    assert not POLICY.check_csrf_token(request, token)


def test_staffs_forms_go_with_their_session_alone(tmp_path: Path) -> None:
    host, session, form = "luisterboom-werk.localhost:6543", new_token(), new_token()
    before = make_request(tmp_path, host, Cookie=f"form={form}")
    signed_in = make_request(tmp_path, host, Cookie=f"form={form}; staff={session}", Origin=f"http://{host}")
    other = make_request(tmp_path, host, Cookie=f"form={form}; staff={new_token()}", Origin=f"http://{host}")
    old, token = POLICY.get_csrf_token(before), POLICY.get_csrf_token(signed_in)
    assert POLICY.check_csrf_token(signed_in, token)
    assert not POLICY.check_csrf_token(signed_in, old)
    assert not POLICY.check_csrf_token(other, token)


def test_a_form_that_was_opened_before_the_seekers_session_began_is_taken(tmp_path: Path) -> None:
    cookie, token = _cookie_and_token(tmp_path)
    later = make_request(tmp_path, Cookie=f"{cookie}; seeker={new_token()}", Origin=OWN)
    assert POLICY.check_csrf_token(later, token)
    assert POLICY.check_csrf_token(later, POLICY.get_csrf_token(later))
    assert answer(later) == {}


def test_over_https_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    request = make_request(tmp_path, "luisterboom.example", "https")
    request.registry["luwte.installation"].directory.find_host = lambda _host: None
    token = POLICY.get_csrf_token(request)
    cookies = answer(request)
    attributes = cookies["__Host-form"].split("; ")
    assert set(attributes[1:]) == {"Path=/", "HttpOnly", "secure", "SameSite=Lax"}
    cookie = f"__Host-form={attributes[0]}"
    back = make_request(tmp_path, "luisterboom.example", "https", Cookie=cookie, Origin="https://luisterboom.example")
    back.registry["luwte.installation"].directory.find_host = lambda _host: None
    assert POLICY.check_csrf_token(back, token)


def test_the_same_page_asks_twice_and_gets_one_token(tmp_path: Path) -> None:
    request = make_request(tmp_path)
    assert POLICY.get_csrf_token(request) == POLICY.get_csrf_token(request)
    assert len(answer(request)) == 1
