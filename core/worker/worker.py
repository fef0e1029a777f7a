"""What happens by the clock: forgetting, in a thread of its own; events and jobs of plugins, in child processes."""

import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial

import structlog

from core.crypto.at_rest import RootKeys
from core.database.sweeping import sweep
from core.hookspecs.values import Retention
from core.installation import Installation
from core.privacy.backups import forget_backups
from core.privacy.limits import Limit, keep_backups, limit_of
from core.privacy.retention import all_rules
from core.privacy.root_key import RootKeyDesk
from core.tenancy.sealing import forget_days, sealing_ids
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
ROTATING = timedelta(hours=1)
"""Nobody drops a root key while it is just being changed."""


class Worker:
    """Forgets by the clock, tells events, runs jobs.

    Forgetting passes every plugin's gate: a switched-off plugin still holds people's data. It stays in this process,
    because it must go on whatever happens to children.
    """

    def __init__(self, installation: Installation) -> None:
        """Starts with `start`."""
        self._installation = installation
        self._stopping = threading.Event()
        self._swept = False
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
        self._try("keys of days gone by could not be forgotten", self._forget_days)
        rows = sum(self._forget_at(tenant) for tenant in self._installation.directory.all())
        self._try("old backups could not be deleted", self._forget_backups)
        self._try("an old root key could not be dropped", self._drop_old_root)
        if rows or not self._swept:
            self._swept = sweep(self._installation.engine)
        return rows

    def _try(self, complaint: str, work: Callable[[], object]) -> None:
        """What fails is tried again in the next round; rows must be forgotten all the same."""
        try:
            if not self._stopping.is_set():
                work()
        except Exception as error:  # reported
            log.error(complaint, exc_info=error)

    def _forget_days(self) -> None:
        """Drops the keys of days gone by: what was named under them leads to no conversation any more."""
        self._installation.keys.forget_days((self._installation.clock() - KEEP_DAY_KEYS).date())

    def _forget_at(self, tenant: Tenant) -> int:
        """Every rule for one organisation, and then the keys of the days that are past it, rows or no rows."""
        house = self._installation
        limits = [limit_of(rule, tenant, house.directory.network) for rule in all_rules(house.plugins)]
        rows = sum(self._forget(tenant, limit.rule, limit.holds) for limit in limits if not self._stopping.is_set())
        self._try("keys of days past their time could not be dropped", partial(self._shred, tenant, limits))
        return rows

    def _shred(self, tenant: Tenant, limits: Iterable[Limit]) -> None:
        house = self._installation
        with tenant_session(house.engine, tenant.id, writes=False) as session, session.begin():
            owners = sealing_ids(session)
        for limit in limits:
            forget_days(house.keys, owners, limit.rule.name, (house.clock() - limit.holds).date())

    def _forget_backups(self) -> None:
        house = self._installation
        forget_backups(house.configuration.backups, house.clock() - keep_backups(house.directory.network))

    def _drop_old_root(self) -> None:
        """An old root key goes when every backup from before its successor has passed its time."""
        house = self._installation
        desk, tenants = RootKeyDesk(house.engine, house.keys, house.clock), house.directory.all()
        since = desk.changed_at()
        if not RootKeys(house.keys).old() or since is None or since + ROTATING > house.clock():
            return
        if not desk.old_is_needed(tenants, keep_backups(house.directory.network)):
            desk.drop_old(tenants)

    def _forget(self, tenant: Tenant, rule: Retention, keep: timedelta) -> int:
        """One rule for one organisation, in a transaction of its own: a failure leaves the others untouched."""
        installation = self._installation
        try:
            with tenant_session(installation.engine, tenant.id) as session, session.begin():
                return rule.forget(session, installation.clock() - keep)
        except Exception as error:  # tried again in the next round, and reported
            log.error("retention failed", job=rule.name, tenant=tenant.slug, exc_info=error)
            return 0
