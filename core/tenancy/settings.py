"""Settings of plugins: what holds at an organisation, out of what it, its portal and the network chose and locked.

A value stands under `plugin.<plugin>.<name>` in the facts of whoever chose it, a lock under `lock.<plugin>.<name>`:
`below` holds for the organisations under it, `here` (set by the network) for the organisation itself as well.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from core.errors import LuwteError
from core.hookspecs.values import Setting

T = TypeVar("T")
Facts = Mapping[str, Any]

BELOW: Final = "below"
HERE: Final = "here"
"""The two kinds of lock: for those below, and for the organisation itself too."""
_LOCKS = (BELOW, HERE)


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for one setting at one organisation, and why. Numbers count levels from the organisation upwards."""

    value: Any
    source: int | None
    """Whose value it is: 0 its own, None the plugin's default."""
    locked_by: int | None
    """Who locked it, so that it cannot be changed here: 0 the network for this very organisation, None nobody."""
    own: bool
    """Whether a value is stored here, in force or not."""
    unfit: tuple[int, ...] = ()
    """Who has a stored value that no longer fits the setting's type; it is passed over."""


def value_key(plugin: str, name: str) -> str:
    """The fact that holds a setting's value."""
    return f"plugin.{plugin}.{name}"


def lock_key(plugin: str, name: str) -> str:
    """The fact that holds a setting's lock."""
    return f"lock.{plugin}.{name}"


def way_up(own: T, parent_of: Callable[[T], T | None], network: T | None) -> list[T]:
    """An organisation, its portal, that one's portal, and the network last. A circle of portals is walked once."""
    way = [own]
    while (up := parent_of(way[-1])) is not None and all(up is not known for known in way):
        way.append(up)
    if network is not None and all(network is not known for known in way):
        way.append(network)
    return way


def standing(setting: Setting, plugin: str, levels: Sequence[Facts]) -> Standing:
    """Say what holds for a setting; `levels` are the facts of the organisation and of all above it, nearest first.

    The highest lock decides: below it only what holds there counts. Then the nearest value that fits counts. A setting
    that is not inherited knows the organisation alone.
    """
    known = levels if setting.inherit else levels[:1]
    locked_by = _locked_by(lock_key(plugin, setting.name), known)
    key, unfit = value_key(plugin, setting.name), []
    for level in range(locked_by or 0, len(known)):
        if key in known[level]:
            try:
                value = validated(setting, known[level][key])
            except Exception:  # noqa: BLE001 - a type's own check may raise anything, and every page needs an answer
                # A newer version of the plugin may take less than an older one stored.
                unfit.append(level)
            else:
                return Standing(value, level, locked_by, key in levels[0], tuple(unfit))
    return Standing(setting.default, None, locked_by, key in levels[0], tuple(unfit))


def _locked_by(key: str, levels: Sequence[Facts]) -> int | None:
    above = [level for level in range(1, len(levels)) if levels[level].get(key) in _LOCKS]
    if above:
        return above[-1]
    return 0 if levels[0].get(key) == HERE else None


def typed_settings(plugin: str, declared: Sequence[Setting], levels: Sequence[Facts]) -> dict[str, Any]:
    """Return every declared setting with the value that holds; secret ones stand elsewhere, sealed."""
    return {setting.name: standing(setting, plugin, levels).value for setting in declared if not setting.secret}


def checked_settings(given: Facts, declared: Sequence[Setting], plugin: str, file: str) -> dict[str, Any]:
    """Return settings as JSON values. Raises LuwteError that names file and key for an unknown or unfitting one."""
    known = {setting.name: setting for setting in declared}
    checked = {}
    for name, value in given.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            mend = f"did you mean {near[0]}?" if near else "remove it."
            raise LuwteError(f"{file}: the plugin {plugin} has no setting {name}: {mend}")
        if known[name].secret:
            raise LuwteError(
                f"{file}: the key plugin.{plugin}.{name} is secret and does not belong in a file: remove it, and set "
                "it on the page with settings."
            )
        checked[name] = _checked(known[name], value, f"{file}: the key plugin.{plugin}.{name}")
    return checked


def _checked(setting: Setting, value: Any, key: str) -> Any:
    try:
        return as_json(setting, validated(setting, value))
    except ValidationError as error:
        reason = error.errors(include_url=False, include_input=False)[0]["msg"].replace("Input ", "")
        raise LuwteError(f"{key} (it says {value!r}) {reason}: mend it.") from None


def validated(setting: Setting, value: Any) -> Any:
    """The value as the setting's type. Raises pydantic's ValidationError where it does not fit."""
    return _adapter(setting).validate_python(value)


def as_json(setting: Setting, value: Any) -> Any:
    """A value of the setting's type as plain JSON."""
    return _adapter(setting).dump_python(value, mode="json")


@cache
def _adapter_of(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _adapter(setting: Setting) -> TypeAdapter[Any]:
    try:
        return _adapter_of(setting.type)
    except TypeError:  # a type that cannot be hashed
        return TypeAdapter(setting.type)
