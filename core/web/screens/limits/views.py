"""The table of how long things stay, and the form that changes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from core.errors import LuwteError
from core.hookspecs.values import Retention
from core.i18n.translator import Translator
from core.privacy.limits import UNITS, Limit, choose, duration, limit_of, parts
from core.privacy.retention import BACKUPS, all_rules
from core.tenancy.tenant import Tenant
from core.web.request import Request


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of data on the page."""

    limit: Limit
    label: str
    holds: str
    range: str
    number: str
    unit: str
    seen: str
    """What the field showed at first: a form that brings it back unchanged changes nothing."""
    fault: str = ""

    @property
    def id(self) -> str:
        """Its name in the form."""
        return self.limit.rule.name.replace(".", "-")


def workplace(request: Request) -> Mapping[str, Any] | Response:
    """A coordinator's own organisation, for what the core and its plugins keep."""
    plugins = request.installation.plugins.plugins
    held = {rule.name for name in request.tenant.plugins if name in plugins for rule in plugins[name].retention}
    rules = [it for it in all_rules(request.installation.plugins) if it.name.startswith("core.") or it.name in held]
    return _answer(request, rules, "limits.workplace")


def console(request: Request) -> Mapping[str, Any] | Response:
    """The network's caps, of everything that is installed, and how long backups stay."""
    return _answer(request, [*all_rules(request.installation.plugins), BACKUPS], "limits.console")


def _answer(request: Request, rules: Sequence[Retention], route: str) -> Mapping[str, Any] | Response:
    directory = request.installation.directory
    directory.refresh()
    tenant = directory.by_id(request.tenant.id) or request.tenant
    limits = [limit_of(rule, tenant, directory.network) for rule in rules if rule.label_key]
    if request.method != "POST":
        return _page(request, route, [_line(request.t, limit) for limit in limits], failed=False)
    chosen = [(limit, *_typed(request, limit)) for limit in limits if limit.may_change]
    if not any(fault for _, _, fault in chosen):
        _store(request, tenant, [(limit, length) for limit, length, _ in chosen if length is not None])
        return HTTPSeeOther(location=request.route_path(route, _query={"bewaard": "ja"}))
    request.response.status_int = 422
    faults = {limit.rule.name: fault for limit, _, fault in chosen}
    lines = [_line(request.t, limit, request.POST, faults.get(limit.rule.name, "")) for limit in limits]
    return _page(request, route, lines, failed=True)


def _page(request: Request, route: str, lines: list[Line], *, failed: bool) -> dict[str, Any]:
    saved = not failed and "bewaard" in request.GET
    return {"lines": lines, "failed": failed, "saved": saved, "route": route, "units": _units(request.t)}


def _typed(request: Request, limit: Limit) -> tuple[timedelta | None, str]:
    """What was typed for one kind: a length where it is another than was shown, or a sentence on what is wrong."""
    name = limit.rule.name.replace(".", "-")
    number, unit = str(request.POST.get(f"number-{name}", "")).strip(), str(request.POST.get(f"unit-{name}", ""))
    if f"{number} {unit}" == str(request.POST.get(f"seen-{name}", "")) or not unit:
        return None, ""
    try:
        length = duration(f"{number} {unit}")
    except LuwteError:
        length = timedelta(-1)
    if limit.rule.shortest <= length <= limit.cap:
        return length, ""
    return None, request.t("limits.fault", "Choose something from {range}.", range=_range(request.t, limit))


def _store(request: Request, tenant: Tenant, changes: Sequence[tuple[Limit, timedelta]]) -> None:
    assert request.staff is not None  # noqa: S101 - the permission let nobody else in
    house = request.installation
    for limit, length in changes:
        # The default, chosen, is no choice: it follows the default from now on.
        wanted = None if length == limit.rule.keep else length
        choose(house.engine, tenant, limit, wanted, request.staff.id, house.clock)
    house.directory.refresh()


def _line(t: Translator, limit: Limit, typed: Mapping[str, Any] | None = None, fault: str = "") -> Line:
    number, unit = parts(limit.holds)
    name = limit.rule.name.replace(".", "-")
    shown = typed or {}
    return Line(
        limit=limit,
        label=t(limit.rule.label_key, limit.rule.label),
        holds=said(t, limit.holds),
        range=_range(t, limit),
        number=str(shown.get(f"number-{name}", number)),
        unit=str(shown.get(f"unit-{name}", unit)),
        seen=str(shown.get(f"seen-{name}", f"{number} {unit}")),
        fault=fault,
    )


def _range(t: Translator, limit: Limit) -> str:
    return t("limits.range", "{least} to {most}", least=said(t, limit.rule.shortest), most=said(t, limit.cap))


def said(t: Translator, length: timedelta) -> str:
    """A length in words: "30 days"."""
    number, unit = parts(length)
    if not number:
        return t("limits.at_once", "Not at all: it goes at once")
    return {
        "minutes": lambda: t.plural("limits.minutes", "{n} minute", "{n} minutes", n=number),
        "hours": lambda: t.plural("limits.hours", "{n} hour", "{n} hours", n=number),
        "days": lambda: t.plural("limits.days", "{n} day", "{n} days", n=number),
        "weeks": lambda: t.plural("limits.weeks", "{n} week", "{n} weeks", n=number),
        "years": lambda: t.plural("limits.years", "{n} year", "{n} years", n=number),
    }[unit]()


def _units(t: Translator) -> list[tuple[str, str]]:
    names = {
        "minutes": t("limits.unit.minutes", "minutes"),
        "hours": t("limits.unit.hours", "hours"),
        "days": t("limits.unit.days", "days"),
        "weeks": t("limits.unit.weeks", "weeks"),
        "years": t("limits.unit.years", "years"),
    }
    return [(unit, names[unit]) for unit in UNITS]
