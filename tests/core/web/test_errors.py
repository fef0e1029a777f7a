"""What people see when something is not there, not allowed or broken; and what the log says of it."""

import io
import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from core.anonymity.logs import set_up_logging
from core.web import errors
from tests.core.web.house import CLOSED, LIVE, House, site, work

CODE = re.compile(r"[2-9A-HJ-NP-Z]{6}")


def _code(answer: Any) -> str:
    """The code that the page asks to name."""
    (shown,) = answer.html.find_all("strong", class_="code")
    assert CODE.fullmatch(shown.text)
    return str(shown.text)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_each_status_has_a_page_in_words_and_with_the_strict_headers(house: House, language: str) -> None:
    for status in (400, 401, 403, 404, 405, 409, 410, 413, 415, 429, 500, 501, 503):
        answer = house.ask(site(LIVE), f"/tea/refuse/{status}?taal={language}")
        assert answer.status_int == status
        assert answer.html.find_all("html")[0]["lang"] == language
        heading = answer.html.find_all("h1")
        assert len(heading) == 1, status
        assert heading[0].text.strip()
        assert "Content-Security-Policy" in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        assert 'href="/weg"' in answer.text, "whoever seeks help can leave from every page"


def test_each_status_with_a_page_of_its_own_has_that_page() -> None:
    from core.web.screens import TEMPLATES

    there = {int(path.name[:3]) for path in (TEMPLATES / "errors").glob("[0-9]*.jinja2")}
    assert there == errors.PAGES


def test_a_host_that_is_nobodys_shows_no_brand_and_the_number_to_call(house: House) -> None:
    for path in ("/", "/tea"):
        answer = house.ask("nobody.example", path)
        assert answer.status_int == 404
        assert "112" in answer.text
        assert not any(tenant.name in answer.text for tenant in house.installation.directory.all())
        assert "/brand/" not in answer.text


def test_the_same_words_for_what_is_not_here_and_what_never_was(house: House) -> None:
    assert house.ask(site(LIVE), "/tea/network").text == house.ask(site(LIVE), "/never").text


def test_a_failure_gives_a_code_to_name_and_tells_nothing_else(house: House) -> None:
    first, second = house.ask(site(LIVE), "/tea/boil"), house.ask(site(LIVE), "/tea/boil")
    assert _code(first) != _code(second)
    for word in ("secret", "RuntimeError", "Traceback", "203.0.113.9"):
        assert word not in first.text
    assert first.status_int == 500


@pytest.fixture
def lines(house: House) -> Iterator[io.StringIO]:
    """What the process writes into its log, in the form of production."""
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning)
    root, raising, configured = logging.getLogger(), logging.raiseExceptions, structlog.get_config()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    set_up_logging(stream)
    yield stream
    sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning = hooks
    root.handlers[:], logging.raiseExceptions = handlers, raising
    root.setLevel(level)
    structlog.configure(**configured)


def test_the_log_has_the_code_that_the_visitor_saw_and_no_value(house: House, lines: io.StringIO) -> None:
    answer = house.ask(site(LIVE), "/tea/boil")
    code = _code(answer)
    logged = lines.getvalue()
    assert f"code={code}" in logged
    assert "route=tea.boil" in logged
    assert "RuntimeError at" in logged
    assert "left_out" not in logged, "every field of this line is one that the log takes"
    assert "secret" not in logged


def test_failures_on_an_address_without_a_route_are_logged_too(
    house: House, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("no words"))

    monkeypatch.setattr(house.installation.directory, "find_host", fail)
    answer = house.ask(site(LIVE), "/tea")
    assert answer.status_int == 500
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "OperationalError at" in lines.getvalue()


def test_while_the_database_is_away_the_workplace_still_says_what_to_do(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = house.sign_in(LIVE, "helper")

    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("no route to host"))

    monkeypatch.setattr("core.web.staff.who_is_here", away)
    answer = house.ask(work(LIVE), "/tea/drink", Cookie=cookie)
    assert answer.status_int == 500
    assert answer.content_type == "text/html"
    assert _code(answer)
    assert house.ask(work(LIVE), "/never", Cookie=cookie).status_int in {404, 500}


@pytest.mark.parametrize("place", [site(LIVE), work(LIVE), site(CLOSED), "nobody.example"])
def test_malformed_addresses_are_told_as_such(house: House, place: str) -> None:
    for path in ("/%ff", "/tea?taal=%ff", "/tea?%ff=1", "/lezen/%c3%28", "/tea?a=%00", "/%00", "/a%2f..%2f%ff"):
        answer = house.ask(place, path)
        assert answer.status_int in {200, 400, 404, 503}, path
        assert answer.content_type in {"text/html", "text/plain"}


def test_odd_cookies_and_bodies_break_nothing(house: House) -> None:
    odd = (
        "taal=\xff",
        "seeker=\xff\xfe; form=x",
        "staff=" + "a" * 43,
        "=;=;",
        "taal=nl; taal=xx",
        "seeker=" + "é" * 43,
    )
    for cookie in odd:
        for place in (site(LIVE), work(LIVE)):
            assert house.ask(place, "/aanmelden", Cookie=cookie).status_int in {200, 404}, cookie
            assert house.ask(place, "/", Cookie=cookie).status_int in {200, 303}, cookie
    for content_type in ("application/json", "multipart/form-data", "multipart/form-data; boundary=x", "\xff", ""):
        headers = {"Host": "boom.localhost:6543", "Content-Type": content_type}
        answer: Any = house.app.post("/tea/pour", "\xff%zz", headers, expect_errors=True)
        assert answer.status_int in {400, 403}, content_type


def test_every_text_of_the_error_pages_is_in_the_log_of_no_one(house: House, tmp_path: Path) -> None:
    """The page is made for a visitor: asking for it writes nothing anywhere."""
    with structlog.testing.capture_logs() as logged:
        house.ask(site(LIVE), "/never?q=canary")
    assert logged == []
