"""Where settings are changed: what somebody sees of them at an organisation, and what becomes of a form."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from core.crypto.tokens import fingerprint
from core.hookspecs.values import Setting
from core.i18n.translator import Translator
from core.settings.controls import Control, control_of, shown, typed
from core.settings.sentences import fault_sentence
from core.tenancy.directory import Directory
from core.tenancy.merging import to_json
from core.tenancy.settings import BELOW, HERE, Standing, as_json, lock_key, standing, validated, value_key, way_up
from core.tenancy.tenant import Tenant

Deed = Literal["changed", "followed", "locked", "unlocked", "secret_set", "secret_cleared"]


@dataclass(frozen=True, slots=True)
class Seat:
    """From where an organisation's settings are changed: by its coordinator, or for it by the network."""

    tenant: Tenant
    above: tuple[Tenant, ...]
    """Its portals, and the network last."""
    leads: bool
    """Whether there are organisations under it."""
    network: bool
    """Whether the network admin sits here."""

    @property
    def levels(self) -> list[Mapping[str, Any]]:
        """The facts of the organisation and of all above it."""
        return [tenant.values for tenant in (self.tenant, *self.above)]

    def name(self, level: int) -> str:
        """Who stands at a level; for 0 as a locker that is the network, the only one who can lock a single one."""
        return (self.tenant, *self.above)[level].name


@dataclass(frozen=True, slots=True)
class Item:
    """One setting as somebody at a seat sees it."""

    plugin: str
    setting: Setting
    control: Control
    standing: Standing
    text: str
    """The value that holds, as it stands in the field. Nothing for a secret."""
    without: Standing
    """What would hold without a value of its own."""
    may_change: bool
    lock: Literal["below", "here"] | None
    """The lock that this seat can set, if any."""
    locked: bool
    """Whether that lock is set."""
    is_set: bool = False
    """Of a secret: whether there is one."""

    @property
    def name(self) -> str:
        """The setting's name."""
        return self.setting.name

    @property
    def seen(self) -> str:
        """A mark of what the field showed: a form that brings it back unchanged changes nothing."""
        return mark(self.text)


@dataclass(frozen=True, slots=True)
class Change:
    """Something to store and to write down: which setting, what was done, and the value (JSON text, or a secret)."""

    item: Item
    deed: Deed
    value: Any = field(default=None, repr=False)


@dataclass(slots=True)
class Outcome:
    """What a form asks for: changes, or faults by setting; with any fault nothing is stored."""

    changes: list[Change] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)


def mark(text: str) -> str:
    """A short fingerprint of what a field holds."""
    return fingerprint(text.replace("\r\n", "\n").encode("utf-8", "surrogatepass"))[:16]


def seat_at(directory: Directory, tenant: Tenant, *, network: bool) -> Seat:
    """The seat of an organisation's coordinator, or of the network admin for this organisation."""
    way = way_up(tenant, lambda one: directory.by_id(one.parent_id) if one.parent_id else None, directory.network)
    leads = tenant.kind == "network" or any(other.parent_id == tenant.id for other in directory.all())
    return Seat(tenant, tuple(way[1:]), leads, network)


def items(seat: Seat, plugin: str, declared: Iterable[Setting], secrets: frozenset[str]) -> list[Item]:
    """The plugin's settings at a seat. The network itself has no secrets and nothing that is not handed on."""
    whole_network = seat.tenant.kind == "network"
    return [
        _item(seat, plugin, setting, setting.name in secrets)
        for setting in declared
        if not (whole_network and (setting.secret or not setting.inherit))
    ]


def _item(seat: Seat, plugin: str, setting: Setting, is_set: bool) -> Item:
    levels = seat.levels
    alone = {key: value for key, value in levels[0].items() if key != value_key(plugin, setting.name)}
    # A secret knows neither portal nor network: nobody's secret is another's.
    here = _secret_standing(setting, plugin, levels[0]) if setting.secret else standing(setting, plugin, levels)
    may_change = _may_change(seat, setting, here)
    lock = _lock(seat, setting) if may_change else None
    stored = levels[0].get(lock_key(plugin, setting.name))
    return Item(
        plugin=plugin,
        setting=setting,
        control=control_of(setting),
        standing=here,
        text="" if setting.secret else shown(setting, here.value),
        without=standing(setting, plugin, [alone, *levels[1:]]),
        may_change=may_change,
        lock=lock,
        locked=lock is not None and stored == lock,
        is_set=is_set,
    )


def _secret_standing(setting: Setting, plugin: str, facts: Mapping[str, Any]) -> Standing:
    locked = facts.get(lock_key(plugin, setting.name)) == HERE
    return Standing(None, None, 0 if locked else None, own=False)


def _may_change(seat: Seat, setting: Setting, here: Standing) -> bool:
    if seat.network:
        return not here.locked_by
    return here.locked_by is None and setting.who == "coordinator"


def _lock(seat: Seat, setting: Setting) -> Literal["below", "here"] | None:
    if setting.who == "network":
        return None
    if seat.network and seat.tenant.kind != "network":
        return HERE
    return BELOW if seat.leads and setting.inherit and not setting.secret else None


def read_form(items: Sequence[Item], form: Mapping[str, str], t: Translator) -> Outcome:
    """Say what a form changes. Fields that it does not bring, or brings as they were shown, stay as they are."""
    outcome = Outcome()
    for item in items:
        if f"seen-{item.name}" in form or f"value-{item.name}" in form:
            _read(item, form, t, outcome)
    return outcome


def _read(item: Item, form: Mapping[str, str], t: Translator, outcome: Outcome) -> None:
    text = form.get(f"value-{item.name}", "")
    touched = mark(text) != form.get(f"seen-{item.name}", item.seen)
    follow = f"follow-{item.name}" in form
    if not item.may_change:
        if touched or follow:
            outcome.faults[item.name] = t(
                "settings.fault.locked", "This was locked in the meantime, so it was not changed."
            )
        return
    if item.setting.secret:
        _read_secret(item, text, f"clear-{item.name}" in form, t, outcome)
    elif follow and item.standing.own:
        outcome.changes.append(Change(item, "followed"))
    elif touched or 0 in item.standing.unfit:
        _read_value(item, text, t, outcome)
    if item.lock and (f"lock-{item.name}" in form) != item.locked:
        outcome.changes.append(Change(item, "unlocked" if item.locked else "locked"))


def _read_value(item: Item, text: str, t: Translator, outcome: Outcome) -> None:
    try:
        value = to_json(as_json(item.setting, validated(item.setting, typed(item.setting, text))))
    except Exception as error:  # noqa: BLE001 - a type's own check may raise anything; it is told beside the field
        outcome.faults[item.name] = fault_sentence(t, error, text)
    else:
        outcome.changes.append(Change(item, "changed", value))


def _read_secret(item: Item, text: str, clear: bool, t: Translator, outcome: Outcome) -> None:
    if not text:
        if clear and item.is_set:
            outcome.changes.append(Change(item, "secret_cleared"))
        return
    try:
        value = validated(item.setting, typed(item.setting, text))
    except Exception as error:  # noqa: BLE001 - as above
        outcome.faults[item.name] = fault_sentence(t, error, text)
    else:
        outcome.changes.append(Change(item, "secret_set", value))
