"""The neutral page is a calendar, whatever is asked of it, and tells nothing."""

from datetime import date

import pytest

from core.testing.server import RunningServer
from core.web.screens.leave.calendar import chosen_month

TODAY = date(2026, 11, 22)
HOST = "kalender.localhost"


@pytest.mark.parametrize(
    "asked, first",
    [
        ("2026-12", date(2026, 12, 1)),
        (None, date(2026, 11, 1)),
        ("2026-13", date(2026, 11, 1)),
        ("9999-12", date(2026, 11, 1)),
        ("2026-1\n", date(2026, 11, 1)),
        ("٢٠٢٦-١٢", date(2026, 11, 1)),
    ],
)
def test_a_month_of_this_century_or_todays(asked: str | None, first: date) -> None:
    assert chosen_month(asked, TODAY) == first


def test_the_page_names_nothing_of_ours_and_links_only_to_other_months(shared_server: RunningServer) -> None:
    response, body = shared_server.get(HOST, "/?maand=2026-12")
    page = body.decode()
    assert response.status == 200
    assert "<h1>december 2026</h1>" in page
    for word in ("luwte", "luisterboom", "hulp", "chat", "weg", "<script", "<img"):
        assert word not in page.lower()
    assert page.count("<a ") == page.count('<a href="?maand=') == 2


def test_what_is_not_there_leads_to_the_calendar_too(shared_server: RunningServer) -> None:
    response, body = shared_server.get(HOST, "/lezen/pesten")
    assert response.status == 303
    assert str(response.getheader("Location")).endswith("/")
    assert b"Luwte" not in body
