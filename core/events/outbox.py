"""Writing events down in the transaction of the deed, and waking who tells them after its commit."""

from collections.abc import Callable
from uuid import UUID, uuid4

from sqlalchemy import Engine, event, inspect, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core.clock import Clock
from core.errors import LuwteError, TooMuch
from core.events.models import OutboxCounter, OutboxEvent
from core.events.payload import check_schema, to_json
from core.hookspecs.values import EventType
from core.plugin_host.host import PluginHost
from core.tenancy.directory import Directory
from core.tenancy.session import TenantSession

MOST_TOLD = 1000
"""Events that one transaction may tell: its commit and the worker serve others too."""

_OPTION = "luwte_outbox"
_TOLD, _WAKE, _COUNT = "luwte_told", "luwte_wake", "luwte_told_count"


class Outbox:
    """Knows which events there are and which plugins want to be told. One per process, on the installation's engine."""

    def __init__(self, plugins: PluginHost, directory: Directory, clock: Clock) -> None:
        """Raises LuwteError for an event whose schema could hold content."""
        self._directory, self._clock = directory, clock
        self._kinds: dict[type, EventType] = {}
        self._subscribers: dict[str, list[str]] = {}
        self._listeners: list[Callable[[UUID], None]] = []
        for plugin in plugins.plugins.values():
            for kind in plugin.events:
                check_schema(kind)
                self._kinds[kind.schema] = kind
            for subscription in plugin.subscriptions:
                self._subscribers.setdefault(subscription.event, []).append(plugin.name)

    def listen(self, wake: Callable[[UUID], None]) -> None:
        """Has `wake(tenant_id)` called after each commit that left something to tell. It must be quick."""
        self._listeners.append(wake)

    def wake(self, tenant_id: UUID) -> None:
        """Tells the listeners of this process that an organisation has news."""
        for listener in self._listeners:
            listener(tenant_id)

    def write(self, session: TenantSession, value: object) -> None:
        """Adds a row for each plugin that subscribes and that the organisation has switched on. Raises TooMuch."""
        kind = self._kinds.get(type(value))
        if kind is None:
            raise LuwteError(f"{type(value).__name__} is no declared event: name it in declare_events.")
        _count(session)
        payload, event_id, at = to_json(value), uuid4(), self._clock()
        tenant = self._directory.by_id(session.tenant_id)
        for plugin in self._subscribers.get(kind.name, ()):
            if tenant is not None and plugin in tenant.plugins:
                row = OutboxEvent(
                    event_id=event_id, plugin=plugin, name=kind.name, version=kind.version, payload=payload, at=at
                )
                session.add(row)
                session.info.setdefault(_TOLD, []).append(row)


def _count(session: TenantSession) -> None:
    """Raises TooMuch for one more event than a transaction may tell."""
    count = session.info[_COUNT] = session.info.get(_COUNT, 0) + 1
    if count > MOST_TOLD:
        raise TooMuch(f"One transaction tells more than {MOST_TOLD} events: tell one that says how many there are.")


def with_outbox(engine: Engine, outbox: Outbox) -> Engine:
    """The same engine (same pool), whose sessions can `tell`."""
    return engine.execution_options(**{_OPTION: outbox})


def outbox_of(bind: object) -> Outbox:
    """The outbox of an installation's engine. Raises LuwteError where there is none: what is told would be lost."""
    outbox = bind.get_execution_options().get(_OPTION) if isinstance(bind, Engine) else None
    if not isinstance(outbox, Outbox):
        raise LuwteError("Nobody could be told: events need a session on the engine of an installation.")
    return outbox


def tell(session: TenantSession, value: object) -> None:
    """Tells whoever subscribes that something has happened, with the commit of this transaction or not at all.

    `value` is of the frozen dataclass that an `EventType` of the plugin names. The worker tells it later, at least
    once, and in the order of commits to each plugin.
    """
    outbox_of(session.bind).write(session, value)


@event.listens_for(TenantSession, "before_commit")
def _number(session: TenantSession) -> None:
    """Gives what was told its place, last of all: from here to the commit nobody else of the organisation passes."""
    told = session.info.pop(_TOLD, [])
    session.info.pop(_COUNT, None)
    if not told:
        return
    session.flush()
    # What belonged to a savepoint that was taken back is no row any more.
    rows = [row for row in told if inspect(row).persistent]
    first = _take_numbers(session, len(rows)) + 1 if rows else 0
    for place, row in enumerate(rows, start=first):
        row.position = place
    session.info[_WAKE] = bool(rows)


def _take_numbers(session: TenantSession, count: int) -> int:
    """Takes the next `count` positions and returns the one before them; the row is held until the commit."""
    query = update(OutboxCounter).values(last=OutboxCounter.last + count).returning(OutboxCounter.last)
    query = query.execution_options(synchronize_session=False)
    last = session.scalars(query).first()
    if last is None:
        _begin_counting(session)
        last = session.scalars(query).one()
    return last - count


def _begin_counting(session: TenantSession) -> None:
    values = {"tenant_id": session.tenant_id, "id": session.tenant_id, "last": 0}
    bind = session.bind
    insert = postgresql_insert if bind is not None and bind.dialect.name == "postgresql" else sqlite_insert
    session.execute(insert(OutboxCounter).values(**values).on_conflict_do_nothing())


@event.listens_for(TenantSession, "after_commit")
def _wake(session: TenantSession) -> None:
    if session.info.pop(_WAKE, False):
        outbox_of(session.bind).wake(session.tenant_id)


@event.listens_for(TenantSession, "after_soft_rollback")
def _forget(session: TenantSession, previous: object) -> None:
    """A transaction that was taken back tells nothing; a savepoint alone takes back only its own."""
    if not session.in_transaction():
        session.info.pop(_TOLD, None)
        session.info.pop(_COUNT, None)
        session.info.pop(_WAKE, None)
