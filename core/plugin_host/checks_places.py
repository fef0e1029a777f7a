"""Start-up checks of addresses and roles, against the core's and the other plugins'."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from core.errors import LuwteError
from core.hookspecs.values import Route
from core.plugin_host.house import House
from core.plugin_host.left_out import is_below

if TYPE_CHECKING:
    from core.plugin_host.host import Plugin

_EVERYWHERE = ("site", "workplace", "console", "neutral")


def check_roles(plugin: "Plugin", house: House) -> None:
    """A role that does not exist would give nobody the permission."""
    for permission in plugin.permissions:
        strangers = sorted(permission.roles - house.roles) if house.roles else []
        if strangers:
            raise LuwteError(
                f"Plugin {plugin.name}: permission {permission.name} is given to {strangers[0]}, a role that does not "
                f"exist: choose of {', '.join(sorted(house.roles))}."
            )


def check_addresses(plugin: "Plugin", others: Iterable["Plugin"], house: House) -> None:
    """Two routes for the same address: only the first would ever be reached. And the card tells the truth."""
    _check_card(plugin)
    taken = dict(_addresses("the core", house.routes))
    for other in others:
        taken.update(_addresses(f"plugin {other.name}", other.routes))
    for route in plugin.routes:
        for address, _ in _addresses("", (route,)):
            if address in taken:
                owner, name = taken[address]
                raise LuwteError(
                    f"Plugin {plugin.name}: route {route.name} has the address {route.path}, which {owner} has already "
                    f"({name}): choose another."
                )
        taken.update(_addresses("this plugin", (route,)))


def _check_card(plugin: "Plugin") -> None:
    """What the card says of addresses is all that is known when the plugin has to be left out."""
    told = plugin.card.addresses
    for route in plugin.routes if told else ():
        for place in ("site", "workplace"):
            if place in route.places and not is_below(route.path, told.get(place, ())):
                raise LuwteError(
                    f"Plugin {plugin.name}: route {route.name} has the address {route.path}, which is below none that "
                    f"plugin.toml names for the {place}: name it under [addresses]."
                )


def _addresses(owner: str, routes: Iterable[Route]) -> Iterator[tuple[tuple[str, str, str], tuple[str, str]]]:
    for route in routes:
        path = re.sub(r"\{[^}]*\}", "{}", route.path)
        for place in route.places or _EVERYWHERE:
            for method in route.methods:
                yield (place, method, path), (owner, route.name)
