"""The installed plugins, checked against the core that they join."""

import structlog

from core.access.table import CORE_PERMISSIONS, ROLES
from core.configuration import Configuration
from core.hookspecs.values import Route
from core.plugin_host.discovery import find_plugins
from core.plugin_host.host import PluginHost
from core.plugin_host.house import House
from core.plugin_host.left_out import LeftOut
from core.web import screens

log = structlog.get_logger("luwte.plugins")


def load_plugins(configuration: Configuration, more_routes: tuple[Route, ...] = ()) -> PluginHost:
    """Loads the installed plugins. `more_routes`: the core's besides those of its screens, taken too.

    In development, and where `luwte.strict_plugins` says so, one that is not right raises LuwteError; elsewhere it is
    left out and told as an error in the log.
    """
    strict = configuration.strict_plugins or configuration.environment == "development"
    left_out: dict[str, LeftOut] | None = None if strict else {}
    plugins = PluginHost(find_plugins(left_out), house=core_house(more_routes), left_out=left_out)
    for name, one in plugins.left_out.items():
        log.error("a plugin was left out", plugin=name, reason=one.sentence)
    for sentence in plugins.announcements:
        log.warning("a plugin uses what is about to go", reason=sentence)
    return plugins


def core_house(more_routes: tuple[Route, ...] = ()) -> House:
    """The core's addresses, roles and permissions."""
    return House(
        routes=(*screens.all_routes(), *more_routes),
        roles=frozenset(ROLES),
        permissions=frozenset(permission.name for permission in CORE_PERMISSIONS),
    )
