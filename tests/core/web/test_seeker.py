"""The browser session of somebody who seeks help: random, host-only, and only where it is needed."""

from pathlib import Path

import pytest

from core.crypto import new_token
from tests.core.web.requests import answer, make_request


def test_a_page_view_makes_no_session(tmp_path: Path) -> None:
    request = make_request(tmp_path)
    assert request.seeker.key is None
    assert answer(request) == {}


def test_the_first_need_makes_one_that_goes_with_the_browser(tmp_path: Path) -> None:
    request = make_request(tmp_path)
    key = request.seeker.ensure()
    assert request.seeker.ensure() == key
    value, *attributes = answer(request)["seeker"].split("; ")
    assert len(value) == 43
    assert set(attributes) == {"Path=/", "HttpOnly", "SameSite=Strict"}
    assert make_request(tmp_path, Cookie=f"seeker={value}").seeker.key == key


def test_over_https_it_is_bound_to_the_host(tmp_path: Path) -> None:
    request = make_request(tmp_path, "luisterboom.localhost", "https")
    request.seeker.ensure()
    assert "secure" in answer(request)["__Host-seeker"].split("; ")


def test_the_database_sees_a_key_that_leads_to_no_cookie_and_differs_per_organisation(tmp_path: Path) -> None:
    cookie = new_token()
    here, there = (make_request(tmp_path, host, Cookie=f"seeker={cookie}") for host in ("a.localhost", "b.localhost"))
    assert len({cookie, here.seeker.key, there.seeker.key}) == 3
    assert len(str(here.seeker.key)) == 64
    assert here.seeker.key != make_request(tmp_path / "other", "a.localhost", Cookie=f"seeker={cookie}").seeker.key


@pytest.mark.parametrize("value", ["", "x", "a" * 42, "a" * 44, "a" * 42 + ".", "é" * 43, '"' + "a" * 41 + '"'])
def test_a_cookie_that_is_not_of_ours_is_none(tmp_path: Path, value: str) -> None:
    assert make_request(tmp_path, Cookie=f"seeker={value}").seeker.key is None


@pytest.mark.parametrize(
    "host", ["luisterboom-werk.localhost", "console.localhost", "kalender.localhost", "unknown.example"]
)
def test_there_is_none_outside_a_site(tmp_path: Path, host: str) -> None:
    request = make_request(tmp_path, host, Cookie=f"seeker={new_token()}")
    assert request.seeker.key is None
    with pytest.raises(LookupError):
        request.seeker.ensure()


def test_an_ended_session_is_taken_back(tmp_path: Path) -> None:
    request = make_request(tmp_path, Cookie=f"seeker={new_token()}")
    request.seeker.end()
    assert request.seeker.key is None
    assert "Max-Age=0" in answer(request)["seeker"]


def test_a_session_begun_and_ended_in_one_request_is_never_given(tmp_path: Path) -> None:
    request = make_request(tmp_path)
    request.seeker.ensure()
    request.seeker.end()
    value, *attributes = answer(request)["seeker"].split("; ")
    assert value == ""
    assert "Max-Age=0" in attributes


def test_it_shows_nothing_of_itself(tmp_path: Path) -> None:
    cookie = new_token()
    assert repr(make_request(tmp_path, Cookie=f"seeker={cookie}").seeker) == "SeekerSession()"
