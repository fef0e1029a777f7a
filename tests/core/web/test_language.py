"""Which language a visitor reads is what they chose; what their browser says of them is never asked."""

import pytest

from tests.core.web.house import LIVE, House, change_tenant, site


def _language(house: House, path: str = "/", host: str = site(LIVE), **headers: str) -> str:
    return str(house.ask(host, path, **headers).html.find_all("html")[0]["lang"])


def test_the_first_language_of_the_organisation_unless_something_was_chosen(house: House) -> None:
    assert _language(house) == "nl"
    assert _language(house, Accept_Language="en") == "nl"
    change_tenant(house, house.tenant(LIVE).id, languages=["en", "nl"])
    assert _language(house) == "en"


def test_a_choice_is_followed_and_kept_for_this_browser_session(house: House) -> None:
    answer = house.ask(site(LIVE), "/?taal=en")
    assert answer.html.find_all("html")[0]["lang"] == "en"
    cookie = next(line for line in answer.headers.getall("Set-Cookie") if line.startswith("taal="))
    words = {word.strip().lower() for word in cookie.split(";")}
    assert {"taal=en", "httponly", "samesite=lax", "path=/"} <= words
    assert not any(word.startswith(("expires", "max-age", "domain")) for word in words)
    house.app.reset()
    assert _language(house, Cookie="taal=en") == "en"
    assert _language(house, "/?taal=nl", Cookie="taal=en") == "nl", "the last choice counts"


@pytest.mark.parametrize("odd", ["fr", "", "EN", "nl-BE", "../en", "en%00", "%3Cscript%3E"])
def test_a_language_that_the_organisation_does_not_have_is_no_choice(house: House, odd: str) -> None:
    answer = house.ask(site(LIVE), f"/?taal={odd}")
    assert answer.html.find_all("html")[0]["lang"] == "nl"
    assert not any(line.startswith("taal=") for line in answer.headers.getall("Set-Cookie"))
    assert "<script>" not in answer.text
    house.app.reset()
    assert _language(house, Cookie=f"taal={odd}") == "nl"


def test_a_host_that_is_nobodys_speaks_dutch_or_english(house: House) -> None:
    assert _language(house, host="nobody.example") == "nl"
    assert _language(house, "/?taal=en", host="nobody.example") == "en"
