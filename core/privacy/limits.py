"""How long each kind of data stays at an organisation: the default, what it chose itself, what the network allows.

A choice is a fact of whoever made it, `keep.<rule>` with a text such as "10 days": an organisation's holds there, the
network's is the most that anybody may choose. A choice that does not fit (any more) is passed over.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import Engine

from core.audit.record import record
from core.clock import Clock
from core.errors import LuwteError
from core.hookspecs.values import Retention
from core.privacy.retention import BACKUPS
from core.tenancy.changes import set_value
from core.tenancy.session import network_session, tenant_session
from core.tenancy.tenant import Tenant

UNITS = ("minutes", "hours", "days", "weeks", "years")
"""The units that a duration is written in, shortest first."""
_DURATION = re.compile(r"([1-9][0-9]{0,6}) ?(minute|hour|day|week|year)s?")


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a kind of data stays at one organisation, and why."""

    rule: Retention
    holds: timedelta
    cap: timedelta
    """The most that may be chosen here."""
    own: timedelta | None
    """What was chosen here, in force or not; None: nothing."""

    @property
    def may_change(self) -> bool:
        """Whether there is anything to choose."""
        return self.rule.shortest < self.cap


def limit_of(rule: Retention, tenant: Tenant, network: Tenant | None) -> Limit:
    """Say how long a kind of data stays at an organisation. The network is its own organisation, and sets the cap."""
    at_most = _chosen(rule, network) if network is not None else None
    top = rule.most if tenant.kind == "network" else rule.keep if at_most is None else at_most
    own = _chosen(rule, tenant)
    return Limit(rule, min(rule.keep if own is None else own, top), top, own)


def keep_backups(network: Tenant | None) -> timedelta:
    """How long backups stay: the network's choice, or the default."""
    return BACKUPS.keep if network is None else limit_of(BACKUPS, network, network).holds


def _chosen(rule: Retention, tenant: Tenant) -> timedelta | None:
    try:
        said = duration(str(tenant.values.get(fact_of(rule), "")))
    except LuwteError:
        return None
    return said if rule.shortest <= said <= rule.most else None


def fact_of(rule: Retention) -> str:
    """The key of the fact that holds a choice."""
    return f"keep.{rule.name}"


def duration(text: str) -> timedelta:
    """A text such as "10 minutes" or "2 years" as a duration; a year has its leap day. Raises LuwteError."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None:
        raise LuwteError(f"{text!r} is not how long: write it like 10 minutes, 36 hours, 30 days, 2 weeks or 1 year.")
    number, unit = int(match[1]), match[2]
    if unit == "year":
        return timedelta(days=number * 365 + ceil(number / 4))
    return timedelta(**{f"{unit}s": number})


def parts(length: timedelta) -> tuple[int, str]:
    """A duration as a number and the longest unit that fits it: (5, "years"). Seconds are rounded up."""
    minutes = ceil(length / timedelta(minutes=1))
    years = round(length.days / 365.25)
    if years and duration(f"{years} years") == length:
        return years, "years"
    for unit, size in (("weeks", 7 * 24 * 60), ("days", 24 * 60), ("hours", 60)):
        # Nobody says four weeks and two days, nor 30 days as weeks.
        if minutes and minutes % size == 0 and (unit != "weeks" or minutes // size < 4):
            return minutes // size, unit
    return minutes, "minutes"


def said(length: timedelta) -> str:
    """A duration in English, as `duration` reads it."""
    number, unit = parts(length)
    return f"{number} {unit if number != 1 else unit[:-1]}"


def check(limit: Limit, length: timedelta) -> None:
    """Raise LuwteError with one sentence when a length may not be chosen here."""
    if not limit.may_change:
        raise LuwteError(f"{limit.rule.name} always stays for {said(limit.holds)}: nobody chooses that.")
    if not limit.rule.shortest <= length <= limit.cap:
        raise LuwteError(
            f"{limit.rule.name} may stay for {said(limit.rule.shortest)} to {said(limit.cap)}: choose something there."
        )


def choose(engine: Engine, tenant: Tenant, limit: Limit, length: timedelta | None, who: UUID, clock: Clock) -> None:
    """Store how long a kind of data stays at an organisation; None follows the default again.

    The record comes first, as it does for settings. Raises LuwteError for what may not be chosen.
    """
    if length is not None:
        check(limit, length)
    with tenant_session(engine, tenant.id) as session, session.begin():
        record(session, who, "privacy.limit_changed", f"limit:{limit.rule.name.replace('.', '-')}", at=clock())
    with network_session(engine, "limits") as network, network.begin():
        set_value(network, tenant.id, fact_of(limit.rule), None if length is None else said(length))
