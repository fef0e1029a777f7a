"""The page "Plug-ins": what hooks cost, who is not asked for a while and why, last faults, events that wait, jobs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.console.faults import FaultBook
from core.console.sorting import Column, sorted_table
from core.i18n.formats import day_in_words, number, time_of_day
from core.installation import Installation
from core.plugin_host.budgets import LAST, BudgetLine
from core.tenancy.session import network_session
from core.web.request import Request
from core.worker.models import JobLease


@dataclass(frozen=True, slots=True)
class JobState:
    """How a piece of periodic work went the last time, over all organisations for which it is done."""

    name: str
    runs: int
    last: datetime | None
    slowest: int
    failing: int
    error: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A plugin that was left out at the start: why, and how many organisations have it switched on."""

    name: str
    sentence: str
    organisations: int


def plugins(request: Request) -> Mapping[str, Any]:
    """Figures of this process since it began, and of the jobs since they are on record."""
    house = request.installation
    book: FaultBook = request.registry["luwte.faults"]
    lines = [line for line in house.plugins.budgets.lines() if line.calls or line.faults or line.over_budget]
    now = house.clock()
    return {
        "table": sorted_table(request, _columns(request), lines, "worst"),
        "budget": round(1000 * house.plugins.budgets.seconds),
        "last": LAST,
        "events": house.backlog.lines(),
        "known": house.plugins.plugins.keys(),
        "installed": [plugin.card for plugin in house.plugins.plugins.values()],
        "left_out": _left_out(house),
        "announcements": list(house.plugins.announcements),
        "faults": book.faults(),
        "jobs": _jobs(request),
        "until": lambda line: time_of_day(now + timedelta(seconds=line.paused_for), request.language),
        "moment": lambda at: f"{day_in_words(at, request.language)}, {time_of_day(at, request.language)}",
        "figure": lambda value: number(round(value, 1), request.language),
    }


def _left_out(house: Installation) -> list[Missed]:
    tenants, left_out = house.directory.all(), house.plugins.left_out
    return [
        Missed(name, left_out[name].sentence, sum(name in tenant.plugins for tenant in tenants))
        for name in sorted(left_out)
    ]


def _columns(request: Request) -> tuple[Column[BudgetLine], ...]:
    t = request.t
    return (
        Column("plugin", t("console.plugins.plugin", "Plug-in"), lambda line: (line.plugin, line.occasion)),
        Column("hook", t("console.plugins.hook", "Is asked"), lambda line: (line.occasion, line.plugin)),
        Column("asked", t("console.plugins.asked", "Times"), lambda line: line.calls, figure=True),
        Column(
            "usual", t("console.plugins.usual", "On average (ms)"), lambda line: line.mean_milliseconds, figure=True
        ),
        Column(
            "median", t("console.plugins.median", "Median (ms)"), lambda line: line.median_milliseconds, figure=True
        ),
        Column("p95", t("console.plugins.p95", "95 of 100 (ms)"), lambda line: line.p95_milliseconds, figure=True),
        Column(
            "worst", t("console.plugins.worst", "Slowest (ms)"), lambda line: line.slowest_milliseconds, figure=True
        ),
        Column(
            "faults", t("console.plugins.faulty", "Faults"), lambda line: line.faults + line.over_budget, figure=True
        ),
        Column("state", t("console.plugins.state", "State"), lambda line: -line.paused_for),
    )


def _jobs(request: Request) -> list[JobState]:
    with network_session(request.installation.engine, "console", writes=False) as session, session.begin():
        leases = session.scalars(select(JobLease).order_by(JobLease.job)).all()
        names = dict.fromkeys(lease.job for lease in leases)
        return [_job_state(name, [lease for lease in leases if lease.job == name]) for name in names]


def _job_state(name: str, leases: list[JobLease]) -> JobState:
    ends = [lease.finished_at for lease in leases if lease.finished_at is not None]
    failing = [lease for lease in leases if lease.failures]
    return JobState(
        name,
        runs=len(leases),
        last=max(ends, default=None),
        slowest=max((lease.milliseconds or 0 for lease in leases), default=0),
        failing=len(failing),
        error=(failing[0].error or "") if failing else "",
    )
