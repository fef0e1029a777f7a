"""Tells events: for each plugin at each organisation one after the other, in children, again after a failure."""

import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import structlog

from core.events.outbox import outbox_of
from core.events.telling import Due, heads, note_failure, still_due
from core.installation import Installation
from core.tenancy.session import tenant_session
from core.worker.children import Children
from core.worker.leases import NETWORK, Leases
from core.worker.slots import Slots

log = structlog.get_logger("luwte.worker")

POLL = 1.0
"""Seconds between two looks at every organisation; news of this process is seen at once."""
MOST, OF_ONE_PLUGIN = 3, 2
"""How many events are told at a time, and how many of them to one plugin."""
_LEASE = ("core.telling", NETWORK)
_GRACE = timedelta(seconds=5)
_LONGEST_LEASE = timedelta(seconds=60)


class Teller:
    """One thread that looks what is next, and a few that wait for children. One teller per installation works."""

    def __init__(self, installation: Installation, children: Children, leases: Leases) -> None:
        """Starts with `start`."""
        self._installation, self._children, self._leases = installation, children, leases
        self._limits = {
            (plugin.name, wanted.event): wanted.limit
            for plugin in installation.plugins.plugins.values()
            for wanted in plugin.subscriptions
        }
        self._subscribed = frozenset(plugin for plugin, _ in self._limits)
        longest = max(self._limits.values(), default=timedelta())
        # Longer than any handler of a worker that was killed goes on: two never tell at a time.
        self._keep = min(longest, _LONGEST_LEASE) + _GRACE
        self._held_until = 0.0
        self._slots = Slots(MOST, OF_ONE_PLUGIN)
        self._hot: set[UUID] = set()
        self._swept, self._sweep_took, self._turn = 0.0, 0.0, 0
        self._news, self._stopping = threading.Event(), threading.Event()
        self._threads = ThreadPoolExecutor(MOST, "telling")
        self._thread = threading.Thread(target=self._work, name="teller", daemon=True)
        outbox_of(installation.engine).listen(self.wake)

    def start(self) -> None:
        """Starts the thread, where anybody wants to be told anything."""
        if self._subscribed:
            self._thread.start()

    def wake(self, tenant_id: UUID) -> None:
        """There is something new to tell at an organisation."""
        self._hot.add(tenant_id)
        self._news.set()

    def stop(self) -> None:
        """Ends the thread. Stop the children first, so that nobody waits for one."""
        self._stopping.set()
        self._news.set()
        self._threads.shutdown(wait=True)
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._let_go()

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._news.wait(POLL)
            self._news.clear()
            try:
                self.look()
                self._children.end_idle()
            except Exception as error:  # telling must go on as long as the process lives
                log.error("what is to be told could not be read", exc_info=error)

    def look(self) -> None:
        """Begins what can begin now: the next event of each plugin at each organisation that has news."""
        sweep = time.monotonic() - self._swept >= max(POLL, 4 * self._sweep_took)
        began, found = time.monotonic(), False
        for tenant_id in self._everybody() if sweep else self._take_hot():
            found = self._begin(tenant_id) or found
        if sweep:
            self._swept, self._sweep_took = time.monotonic(), time.monotonic() - began
            if not found and self._slots.empty:
                self._let_go()

    def _everybody(self) -> Iterable[UUID]:
        """All organisations where somebody subscribes, each time beginning with another one."""
        self._hot.clear()
        ids = [it.id for it in self._installation.directory.all() if it.plugins & self._subscribed]
        self._turn = (self._turn + 1) % max(len(ids), 1)
        return ids[self._turn :] + ids[: self._turn]

    def _take_hot(self) -> Iterable[UUID]:
        hot = list(self._hot)
        self._hot.difference_update(hot)
        return hot

    def _begin(self, tenant_id: UUID) -> bool:
        """Begins what can begin at one organisation; whether there is anything to tell."""
        tenant = self._installation.directory.by_id(tenant_id)
        plugins = self._subscribed & tenant.plugins if tenant is not None else frozenset()
        if not plugins or self._stopping.is_set():
            return False
        with tenant_session(self._installation.engine, tenant_id, writes=False) as session, session.begin():
            due = heads(session, plugins, self._installation.clock())
        if not due or not self._held():
            return bool(due)
        for one in due:
            self._offer(one)
        return True

    def _offer(self, due: Due) -> None:
        lane = (due.tenant_id, due.plugin)
        if self._stopping.is_set() or not self._slots.take(due.plugin, lane):
            return
        self._threads.submit(self._tell, due)

    def _tell(self, due: Due) -> None:
        """Tells one event and looks at its lane again. A failure is noted with the row."""
        task = {
            "do": "tell",
            "tenant": str(due.tenant_id),
            "row": str(due.row_id),
            "plugin": due.plugin,
            "event": due.name,
        }
        limit = self._limits.get((due.plugin, due.name), timedelta(seconds=10))
        try:
            # The lane is ours from here on. Before that a try may have ended that this event was looked for before.
            if not self._is_due(due):
                return
            answer = self._children.run(task, limit.total_seconds())
            if not answer.ok and not self._stopping.is_set():
                self._note(due, answer.error or "")
            for tenant_id in answer.woken:
                self.wake(tenant_id)
        except Exception as error:  # the row is still there, and told at the next look
            log.error("an event could not be told", plugin=due.plugin, event_name=due.name, exc_info=error)
        finally:
            self._slots.give_back((due.tenant_id, due.plugin))
            self.wake(due.tenant_id)

    def _is_due(self, due: Due) -> bool:
        with tenant_session(self._installation.engine, due.tenant_id, writes=False) as session, session.begin():
            return still_due(session, due.row_id, self._installation.clock())

    def _note(self, due: Due, error: str) -> None:
        with tenant_session(self._installation.engine, due.tenant_id) as session, session.begin():
            given_up = note_failure(session, due.row_id, error, self._installation.clock())
        tenant = self._installation.directory.by_id(due.tenant_id)
        slug = tenant.slug if tenant else None
        if given_up:
            log.error("an event was set aside after many tries", plugin=due.plugin, event_name=due.name, tenant=slug)
        else:
            log.warning("an event is told again later", plugin=due.plugin, event_name=due.name, tenant=slug)

    def _held(self) -> bool:
        """Holds on to the lease of telling, renewed when a third of it has gone."""
        if time.monotonic() < self._held_until:
            return True
        if not self._leases.take(_LEASE, self._keep):
            return False
        self._held_until = time.monotonic() + self._keep.total_seconds() / 3
        return True

    def _let_go(self) -> None:
        if self._held_until:
            self._leases.give_back(_LEASE)
            self._held_until = 0.0
