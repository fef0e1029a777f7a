"""The neutral page: a month's calendar, as anybody might look at, with nothing of Luwte in it."""

import calendar
import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date, get_day_names

from core.i18n.formats import DEFAULT_ZONE, babel_locale
from core.web.request import Request

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


def month_page(request: Request) -> Mapping[str, Any]:
    """The month of the address's `maand`, else this month."""
    today = request.installation.clock().astimezone(DEFAULT_ZONE).date()
    first = chosen_month(request.GET.get("maand"), today)
    locale = babel_locale(request.language)
    return {
        "title": format_date(first, "LLLL y", locale=locale),
        "day_names": [get_day_names("abbreviated", "stand-alone", locale)[day] for day in range(7)],
        "weeks": [
            (week[0].isocalendar().week, week)
            for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
        ],
        "month": first.month,
        "today": today,
        "before": f"{first - timedelta(days=1):%Y-%m}",
        "after": f"{first + timedelta(days=31):%Y-%m}",
    }


def chosen_month(asked: str | None, today: date) -> date:
    """The first day of the month asked for ("2026-12"), or of today's when that is no month of this century."""
    found = _MONTH.fullmatch(asked or "")
    return date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)
