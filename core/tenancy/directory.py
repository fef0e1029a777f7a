"""All organisations in memory, kept true by one row that is read each 500 ms: the only cache in the house."""

import threading
from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from core.clock import Clock
from core.configuration import Configuration
from core.database.roles import refuse_unsafe_role
from core.database.scope import NETWORK, scoped
from core.hookspecs.values import Setting
from core.tenancy.hosts import HostMatch
from core.tenancy.revision import read_revision
from core.tenancy.snapshot import Snapshot, read_snapshot
from core.tenancy.tenant import Tenant

log = structlog.get_logger("luwte.tenancy")

POLL_SECONDS = 0.5


class Directory:
    """Finds organisations by id, slug and host. Reads answer from an immutable snapshot, so they never wait."""

    def __init__(
        self,
        engine: Engine,
        configuration: Configuration,
        clock: Clock,
        declarations: Mapping[str, Sequence[Setting]] | None = None,
    ) -> None:
        """`declarations`: plugin → its declared settings, from the plugin host; they give types and defaults.

        Nothing is read before the first question or `start`.
        """
        self._engine = scoped(engine, NETWORK)
        self._configuration = configuration
        self._clock = clock
        self._declarations = declarations or {}
        self._snapshot: Snapshot | None = None
        self._reading = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def by_id(self, tenant_id: UUID) -> Tenant | None:
        """Return the organisation with this id, None when there is none."""
        return self._now().by_id.get(tenant_id)

    def by_slug(self, slug: str) -> Tenant | None:
        """Return the organisation with this slug, None when there is none."""
        return self._now().by_slug.get(slug)

    def find_host(self, host: str) -> HostMatch | None:
        """Return whose host this is (without port, any case) and which place; None for a host that is nobody's."""
        return self._now().hosts.get(host.lower().removesuffix("."))

    def all(self) -> tuple[Tenant, ...]:
        """Return all organisations by slug, the network's own tenant included."""
        return self._now().tenants

    @property
    def network(self) -> Tenant | None:
        """The network itself, whose staff are the network admins; None before the first import."""
        return next((tenant for tenant in self.all() if tenant.kind == "network"), None)

    def listen(self, callback: Callable[[], None]) -> None:
        """Have `callback` called, in the polling thread, after each change. It must not raise and must be quick."""
        self._listeners.append(callback)

    def refresh(self) -> bool:
        """Read everything anew if the revision has changed; return whether it had. Raises SQLAlchemyError."""
        with self._reading:
            changed = self._read()
        if changed:
            for callback in self._listeners:
                callback()
        return changed

    def _read(self) -> bool:
        with self._engine.connect() as connection:
            revision = read_revision(connection)
            if self._snapshot is not None and self._snapshot.revision == revision:
                return False
            # Read after the number: what is committed in between is read again at the next look.
            self._snapshot = read_snapshot(connection, revision, self._configuration, self._declarations)
            return True

    def _now(self) -> Snapshot:
        if self._snapshot is None:
            self.refresh()
        assert self._snapshot is not None  # noqa: S101 - refresh read it or raised
        return self._snapshot

    def start(self) -> None:
        """Read once, then look every 500 ms in a thread of its own until `stop`. Asked again, it changes nothing.

        Raises LuwteError when the process connects to PostgreSQL as a role that row-level security does not hold for.
        """
        if self._thread is not None:
            return
        refuse_unsafe_role(self._engine)
        self.refresh()
        self._stop.clear()
        self._thread = threading.Thread(target=self._poll, name="directory", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what was read stays."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=2)
            self._thread = None

    def wake(self) -> None:
        """Look now instead of at the next half second."""
        self._wake.set()

    def _poll(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()
            if not self._stop.is_set():
                self._look()

    def _look(self) -> None:
        try:
            self.refresh()
        except SQLAlchemyError as error:
            # The database is away: go on with what is known, and look again.
            log.warning("organisations could not be read", type=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - this thread must live as long as the process
            log.error("organisations could not be read", type=type(error).__name__)
