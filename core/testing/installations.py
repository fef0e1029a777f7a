"""A whole installation for tests, without a server: its pages, its realtime side and its worker can be made of it."""

from collections.abc import Sequence

from core.clock import Clock
from core.configuration import Configuration
from core.console import routes as console
from core.crypto.keyring import KeyRing
from core.database.engine import make_engine
from core.developer import routes as developer
from core.events.emit import EmitRelay
from core.i18n.catalog import CORE_LOCALE, Catalog
from core.installation import Installation
from core.plugin_host.card import PluginCard
from core.plugin_host.discovery import find_plugins
from core.plugin_host.host import PluginHost
from core.tenancy.directory import Directory
from core.web.plugins import core_house

HOUSE = core_house((*console.ROUTES, *developer.ROUTES))
"""The core as plugins are checked against it at each start: addresses, the console's and developers' too, and roles."""


def make_installation(
    configuration: Configuration,
    clock: Clock,
    cards: Sequence[PluginCard] | None = None,
    beside: Sequence[PluginCard] = (),
) -> Installation:
    """An installation with the plugins of `cards` (by default all that are installed) and a clock of the test's own.

    `beside`: more plugins, after those. Close its `engine` after use. Raises LuwteError for one that is not right.
    """
    plugins = PluginHost([*(find_plugins() if cards is None else cards), *beside], house=HOUSE)
    configuration.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = make_engine(configuration.database)
    declared = {name: plugin.settings for name, plugin in plugins.plugins.items()}
    return Installation(
        configuration=configuration,
        engine=engine,
        directory=Directory(engine, configuration, clock, declared),
        plugins=plugins,
        keys=KeyRing(configuration.home / "keys"),
        catalog=Catalog([CORE_LOCALE, *(plugin.card.folder / "locale" for plugin in plugins.plugins.values())]),
        clock=clock,
        emit=EmitRelay(),
    )
