"""What both pages with settings share: the forms of a seat, and what becomes of one that is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.audit.record import record
from core.settings.desk import Change, Item, Seat, items, read_form
from core.settings.secrets import stored_secrets
from core.settings.storing import store_facts, store_secrets
from core.tenancy.session import network_session, tenant_session
from core.web.request import Request
from core.web.screens.settings.words import Words

_PLAIN_DEEDS = frozenset({"changed", "followed", "locked", "unlocked"})


@dataclass(frozen=True, slots=True)
class PluginForm:
    """The form of one plugin, with what was typed and what is wrong with it, if anything is."""

    plugin: str
    title: str
    items: tuple[Item, ...]
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    def text(self, item: Item) -> str:
        """What stands in the field: what was typed, or else the value that holds."""
        if item.setting.secret:
            return ""
        return self.typed.get(f"value-{item.name}", "") if self.typed else item.text

    def ticked(self, name: str, otherwise: bool = False) -> bool:
        """Whether a box of the form is ticked."""
        return name in self.typed if self.typed else otherwise


def page(request: Request, seat: Seat, plugins: frozenset[str]) -> dict[str, Any]:
    """What the template shows of the settings at a seat."""
    forms = [form for name in _declaring(request) if name in plugins and (form := _form(request, seat, name)).items]
    return _shown(request, seat, forms)


def answer(request: Request, seat: Seat, plugins: frozenset[str]) -> dict[str, Any] | None:
    """Do what a sent form asks for. None: it is done; else what the template shows, with a sentence at each fault."""
    name = str(request.POST.get("plugin", ""))
    if name not in plugins or name not in _declaring(request):
        return page(request, seat, plugins)
    sent = {key: str(value) for key, value in request.POST.items()}
    form = _form(request, seat, name)
    outcome = read_form(form.items, sent, request.t)
    if not outcome.faults:
        _store(request, seat, outcome.changes)
        return None
    request.response.status_int = 422
    shown = page(request, seat, plugins)
    failed = PluginForm(name, form.title, form.items, sent, outcome.faults)
    return shown | {"forms": [failed if one.plugin == name else one for one in shown["forms"]], "failed": name}


def _declaring(request: Request) -> list[str]:
    plugins = request.installation.plugins.plugins
    return [name for name, plugin in plugins.items() if plugin.settings]


def _form(request: Request, seat: Seat, name: str) -> PluginForm:
    plugin = request.installation.plugins.plugins[name]
    secrets: frozenset[str] = frozenset()
    if any(setting.secret for setting in plugin.settings):
        with tenant_session(request.installation.engine, seat.tenant.id, writes=False) as session, session.begin():
            secrets = stored_secrets(session, name)
    title = request.t(f"{name}.navigation", name.replace("_", " ").capitalize())
    return PluginForm(name, title, tuple(items(seat, name, plugin.settings, secrets)))


def _shown(request: Request, seat: Seat, forms: list[PluginForm]) -> dict[str, Any]:
    return {"seat": seat, "forms": forms, "words": Words(request.t, seat), "failed": None}


def _store(request: Request, seat: Seat, changes: list[Change]) -> None:
    """Write down who changes what, then store it.

    The record and the secrets are the organisation's own rows, values and locks stand in the network's table: two
    transactions. The record comes first, so that nothing is ever changed without one.
    """
    house = request.installation
    with tenant_session(house.engine, seat.tenant.id) as session, session.begin():
        for change in changes:
            _record(request, session, change)
        store_secrets(session, house.keys, changes)
    if seat.network and seat.tenant.id != request.tenant.id and changes:
        _record_at_console(request, seat)
    plain = [change for change in changes if change.deed in _PLAIN_DEEDS]
    if plain:
        with network_session(house.engine, "settings") as network, network.begin():
            store_facts(network, seat.tenant.id, plain)
        house.directory.refresh()


def _record(request: Request, session: Any, change: Change) -> None:
    assert request.staff is not None  # noqa: S101 - the permission let nobody else in
    subject = f"setting:{change.item.plugin}-{change.item.name}"[: len("setting:") + 80]
    record(session, request.staff.id, f"settings.{change.deed}", subject, at=request.installation.clock())


def _record_at_console(request: Request, seat: Seat) -> None:
    assert request.staff is not None  # noqa: S101 - as above
    house = request.installation
    with tenant_session(house.engine, request.tenant.id) as session, session.begin():
        deed = "settings.changed_for_organisation"
        record(session, request.staff.id, deed, f"organisation:{seat.tenant.slug}", at=house.clock())
