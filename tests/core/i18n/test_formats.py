"""Dates and times as people say them, on both daylight-saving nights too."""

from datetime import UTC, date, datetime

import pytest

from core.i18n import formats


@pytest.mark.parametrize(
    ("moment", "dutch", "english"),
    [
        (datetime(2026, 11, 22, 15, 20, tzinfo=UTC), "16.20 uur", "16:20"),
        (datetime(2026, 7, 1, 15, 20, tzinfo=UTC), "17.20 uur", "17:20"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "02.30 uur", "02:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "02.30 uur", "02:30"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "03.00 uur", "03:00"),
    ],
)
def test_time_of_day(moment: datetime, dutch: str, english: str) -> None:
    assert formats.time_of_day(moment, "nl") == dutch
    assert formats.time_of_day(moment, "nl-BE") == dutch
    assert formats.time_of_day(moment, "en") == english


def test_a_late_moment_is_the_next_day_here() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert formats.day_in_words(late, "nl") == "23 november 2026"
    assert formats.day_in_words(date(2026, 11, 22), "nl") == "22 november 2026"
    assert formats.weekday_in_words(late, "nl") == "maandag 23 november"


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        formats.time_of_day(datetime(2026, 1, 1), "nl")  # noqa: DTZ001 - that is what is refused


def test_numbers_names_and_direction() -> None:
    assert formats.number(8000, "nl") == "8.000"
    assert formats.language_name("nl-BE") == "Nederlands"
    assert formats.language_name("en") == "English"
    assert (formats.direction("nl"), formats.direction("ar")) == ("ltr", "rtl")
