"""What happens by the clock: forgetting, in a thread of its own; events and jobs of plugins, in child processes."""

import threading
from datetime import timedelta

import structlog

from core.hookspecs.values import Retention
from core.installation import Installation
from core.privacy.retention import core_retention
from core.tenancy.session import tenant_session
from core.tenancy.tenant import Tenant
from core.worker.children import Children
from core.worker.jobs import Jobs
from core.worker.leases import Leases
from core.worker.teller import Teller

log = structlog.get_logger("luwte.worker")

EVERY = 30.0
"""Seconds between two rounds."""
KEEP_DAY_KEYS = timedelta(days=2)
"""How long what was named under a day's key may be told apart: a conversation past midnight, and the day after it."""


class Worker:
    """Forgets by the clock, tells events, runs jobs.

    Forgetting passes every plugin's gate: a switched-off plugin still holds people's data. It stays in this process,
    because it must go on whatever happens to children.
    """

    def __init__(self, installation: Installation) -> None:
        """Starts with `start`."""
        self._installation = installation
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._children = Children(installation)
        self._leases = Leases(installation.engine, installation.clock)
        self._teller = Teller(installation, self._children, self._leases)
        self._jobs = Jobs(installation, self._children, self._leases)

    def start(self) -> None:
        """Starts all threads. A child process is started only when there is work for it."""
        self._thread.start()
        self._teller.start()
        self._jobs.start()

    def stop(self) -> None:
        """Kills the children, whose work is done again later, and ends the threads, after the rule at hand."""
        self._stopping.set()
        self._children.stop()
        self._teller.stop()
        self._jobs.stop()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopping.wait(EVERY):
            try:
                self.round()
            except Exception as error:  # forgetting must go on as long as the process lives
                log.error("a round of forgetting failed", exc_info=error)

    def round(self) -> int:
        """Applies every retention rule once for every organisation; gives how many rows went."""
        self._forget_days()
        return sum(
            self._forget(tenant, rule)
            for tenant in self._installation.directory.all()
            for rule in self._rules()
            if not self._stopping.is_set()
        )

    def _forget_days(self) -> None:
        """Drops the keys of days gone by: what was named under them leads to no conversation any more."""
        try:
            self._installation.keys.forget_days((self._installation.clock() - KEEP_DAY_KEYS).date())
        except Exception as error:  # tried again in the next round; rows must be forgotten all the same
            log.error("keys of days gone by could not be forgotten", exc_info=error)

    def _rules(self) -> list[Retention]:
        plugins = self._installation.plugins.plugins.values()
        return [*core_retention(), *(rule for plugin in plugins for rule in plugin.retention)]

    def _forget(self, tenant: Tenant, rule: Retention) -> int:
        """One rule for one organisation, in a transaction of its own: a failure leaves the others untouched."""
        installation = self._installation
        try:
            with tenant_session(installation.engine, tenant.id) as session, session.begin():
                return rule.forget(session, installation.clock() - rule.keep)
        except Exception as error:  # tried again in the next round, and reported
            log.error("retention failed", job=rule.name, tenant=tenant.slug, exc_info=error)
            return 0
