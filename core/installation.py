"""One installation as one process sees it: everything shared, made once at the start and handed down."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from core.access.once import make_once_store
from core.anonymity.door import Door
from core.anonymity.passing import Passing, make_passing
from core.anonymity.tags import Tags, make_tags
from core.clock import Clock
from core.configuration import Configuration
from core.crypto.keyring import KeyRing
from core.events.backlog import Backlog
from core.events.emit import EmitRelay
from core.events.outbox import Outbox, with_outbox
from core.i18n.catalog import Catalog
from core.plugin_host.host import PluginHost
from core.tenancy.directory import Directory


@dataclass(frozen=True, slots=True)
class Installation:
    """What every room of one process works with. There are no globals: whoever needs it is given it.

    Sessions on its engine can tell events: the engine carries the outbox, which knows who wants to hear of them.
    """

    configuration: Configuration
    engine: Engine
    directory: Directory
    plugins: PluginHost
    keys: KeyRing
    catalog: Catalog
    clock: Clock
    emit: EmitRelay
    gauges: dict[str, Callable[[], float]] = field(default_factory=dict)
    """Figures that parts of this process tell of themselves, asked when somebody looks at the metrics."""
    backlog: Backlog = field(init=False)
    """How many events wait to be told."""
    tags: Tags = field(init=False)
    """What is left of addresses, for pages and sockets alike: a tag that one side keeps, the other finds."""
    door: Door = field(init=False)
    """Asks for a little work, or a short wait, when many want to begin at once."""
    passing: Passing = field(init=False)
    """What is kept for a moment and never stored."""

    def __post_init__(self) -> None:
        """Raises LuwteError for a declared event that could hold content, or a Redis that would store tags."""
        outbox = Outbox(self.plugins, self.directory, self.clock)
        object.__setattr__(self, "engine", with_outbox(self.engine, outbox))
        told = [name for name, plugin in self.plugins.plugins.items() if plugin.subscriptions]
        everybody = self.directory.all
        backlog = Backlog(self.engine, lambda: [tenant.id for tenant in everybody()], told)
        object.__setattr__(self, "backlog", backlog)
        object.__setattr__(self, "tags", make_tags(self.configuration, self.clock))
        once = make_once_store(self.configuration, self.clock)
        object.__setattr__(self, "door", Door(self.keys, self.clock, self.tags, once))
        object.__setattr__(self, "passing", make_passing(self.configuration))

    def carrier(self, host: str) -> str:
        """Who carries the screens of a host: its organisation, whichever of its hosts that is; else the host itself."""
        try:
            found = self.directory.find_host(host)
        except SQLAlchemyError:  # nothing was read yet: whoever comes now gets a page that says so
            found = None
        return host if found is None else found.tenant.id.hex
