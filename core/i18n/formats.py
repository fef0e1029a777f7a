"""Dates, times and numbers as people say them, in the organisation's zone."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal

DEFAULT_ZONE = ZoneInfo("Europe/Amsterdam")
_Moment = TypeVar("_Moment", date, datetime)
_SPOKEN_TIME = {"nl": "HH.mm 'uur'"}  # "16.20 uur": how a Dutch sentence says it; other languages take Babel's own


def babel_locale(language: str) -> Locale:
    """Return Babel's locale for a language tag such as "nl-BE". Raises UnknownLocaleError for one it does not know."""
    return Locale.parse(language, sep="-")


def day_in_words(moment: date | datetime, language: str, zone: ZoneInfo = DEFAULT_ZONE) -> str:
    """Return the day: "22 november 2026". A moment is aware and is read in the zone; a date is taken as it is."""
    return format_date(_local(moment, zone), "long", locale=babel_locale(language))


def weekday_in_words(moment: date | datetime, language: str, zone: ZoneInfo = DEFAULT_ZONE) -> str:
    """Return weekday and day, without the year: "zondag 22 november"."""
    return format_date(_local(moment, zone), "EEEE d MMMM", locale=babel_locale(language))


def time_of_day(moment: datetime, language: str, zone: ZoneInfo = DEFAULT_ZONE) -> str:
    """Return the time: "16.20 uur" in Dutch, "16:20" in English. The moment is aware."""
    locale = babel_locale(language)
    pattern = _SPOKEN_TIME.get(locale.language, "HH:mm")
    return format_time(_local(moment, zone), pattern, locale=locale)


def number(value: float, language: str) -> str:
    """Return a number with the language's marks: 8000 is "8.000" in Dutch."""
    return format_decimal(value, locale=babel_locale(language))


def language_name(language: str) -> str:
    """Return the language's name in that language, with a capital: "Nederlands"."""
    name = babel_locale(language.split("-", maxsplit=1)[0]).get_display_name() or language
    return name[:1].upper() + name[1:]


def direction(language: str) -> str:
    """Return "rtl" for a language written from right to left, else "ltr"."""
    return babel_locale(language).text_direction


def _local(moment: _Moment, zone: ZoneInfo) -> _Moment:
    """A moment in the zone; a naive one is a mistake of the caller."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise ValueError("A moment needs a zone: hand in an aware datetime.")
    return moment.astimezone(zone)
