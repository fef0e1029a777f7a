"""Runs plugins' jobs when their time has come: one at a time over all processes, each in a child with a limit."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from core.hookspecs.values import Job
from core.installation import Installation
from core.worker.children import Children
from core.worker.leases import NETWORK, Key, Leases
from core.worker.slots import Slots

log = structlog.get_logger("luwte.worker")

POLL = 2.0
"""Seconds between two looks at the clock."""
MOST, OF_ONE_PLUGIN = 2, 1
"""How many jobs run at a time, and how many of them of one plugin."""
_GRACE = timedelta(seconds=30)
"""A lease outlives the limit by this: also the child of a worker that was killed is over by then."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One job, for one organisation or for the network."""

    plugin: str
    job: Job
    tenant_id: UUID

    @property
    def key(self) -> Key:
        """What its lease is found by."""
        return self.job.name, self.tenant_id


class Jobs:
    """One thread that looks at the clock, and a few that wait for children."""

    def __init__(self, installation: Installation, children: Children, leases: Leases) -> None:
        """Starts with `start`."""
        self._installation, self._children, self._leases = installation, children, leases
        self._slots = Slots(MOST, OF_ONE_PLUGIN)
        self._stopping = threading.Event()
        self._threads = ThreadPoolExecutor(MOST, "job")
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)

    def start(self) -> None:
        """Starts the thread, where any plugin has a job."""
        if any(plugin.jobs for plugin in self._installation.plugins.plugins.values()):
            self._thread.start()

    def stop(self) -> None:
        """Ends the thread. Stop the children first, so that nobody waits for one."""
        self._stopping.set()
        self._threads.shutdown(wait=True)
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _work(self) -> None:
        while not self._stopping.wait(POLL):
            try:
                self.look()
                self._children.end_idle()
            except Exception as error:  # jobs must go on as long as the process lives
                log.error("jobs could not be looked at", exc_info=error)

    def look(self) -> None:
        """Begins the jobs whose time has come, as far as there is room."""
        times, now = self._leases.next_times(), self._installation.clock()
        ready = [piece for piece in self._pieces() if times.get(piece.key, now) <= now]
        for piece in sorted(ready, key=lambda piece: times.get(piece.key, now)):
            self._offer(piece)

    def _pieces(self) -> Iterator[Piece]:
        tenants = self._installation.directory.all()
        for plugin in self._installation.plugins.plugins.values():
            for job in plugin.jobs:
                if job.scope == "network":
                    yield Piece(plugin.name, job, NETWORK)
                else:
                    yield from (Piece(plugin.name, job, it.id) for it in tenants if plugin.name in it.plugins)

    def _offer(self, piece: Piece) -> None:
        if self._stopping.is_set() or not self._slots.take(piece.plugin, piece.key):
            return
        self._threads.submit(self._run, piece)

    def _run(self, piece: Piece) -> None:
        try:
            if not self._stopping.is_set() and self._leases.take(piece.key, piece.job.limit + _GRACE):
                self._do(piece)
        except Exception as error:  # the lease runs out, and the job begins again
            log.error("a job could not be run", job=piece.job.name, exc_info=error)
        finally:
            self._slots.give_back(piece.key)

    def _do(self, piece: Piece) -> None:
        began, now = time.monotonic(), self._installation.clock()
        answer = self._children.run(self._task(piece), piece.job.limit.total_seconds())
        if not answer.ok and self._stopping.is_set():
            self._leases.give_back(piece.key)
            return
        took = timedelta(seconds=time.monotonic() - began)
        if not answer.ok:
            log.error("a job failed", job=piece.job.name, plugin=piece.plugin, seconds=took.total_seconds())
        self._leases.finish(piece.key, now + piece.job.every, took, answer.error)

    def _task(self, piece: Piece) -> dict[str, object]:
        ids = [piece.tenant_id]
        if piece.tenant_id == NETWORK:
            ids = [it.id for it in self._installation.directory.all() if piece.plugin in it.plugins]
        return {
            "do": "job",
            "job": piece.job.name,
            "plugin": piece.plugin,
            "now": self._installation.clock().isoformat(),
            "tenants": [str(tenant_id) for tenant_id in ids],
        }
