"""Leases on periodic work: whoever holds one works alone, over all processes; who was killed loses it after a while."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Engine, delete, select
from sqlalchemy.exc import IntegrityError

from core.clock import Clock
from core.tenancy.session import NetworkSession, network_session
from core.worker.models import JobLease

NETWORK = UUID(int=0)
"""Stands for the network as a whole, where a lease names an organisation."""
_PURPOSE = "work by the clock"
_WENT_AWAY = "the worker went away before it was done"

Key = tuple[str, UUID]
"""The name of the work, and the organisation it is for."""


class Leases:
    """The leases that one process may hold."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        """Each process has a holder's mark of its own."""
        self._engine, self._clock = engine, clock
        self._holder = uuid4()

    def next_times(self) -> dict[Key, datetime]:
        """When each known piece of work may begin: its time has come, and nobody holds it any more."""
        query = select(JobLease.job, JobLease.tenant_id, JobLease.next_at, JobLease.held_until)
        with network_session(self._engine, _PURPOSE, writes=False) as session, session.begin():
            return {
                (job, tenant_id): max(next_at, held_until or next_at)
                for job, tenant_id, next_at, held_until in session.execute(query)
            }

    def take(self, key: Key, keep: timedelta) -> bool:
        """Takes a lease, or holds on to it, for `keep`. False: another has it, or its time has not come."""
        try:
            with network_session(self._engine, _PURPOSE) as session, session.begin():
                return self._take(session, key, keep)
        except IntegrityError:  # two made the row at the same moment; the other one has it
            return False

    def _take(self, session: NetworkSession, key: Key, keep: timedelta) -> bool:
        now = self._clock()
        row = session.get(JobLease, key, with_for_update=True)
        if row is None:
            row = JobLease(job=key[0], tenant_id=key[1], next_at=now)
            session.add(row)
        elif row.next_at > now:
            return False
        elif row.holder not in (None, self._holder):
            if row.held_until is not None and row.held_until > now:
                return False
            row.error, row.failures = _WENT_AWAY, row.failures + 1
        row.holder, row.held_until, row.started_at = self._holder, now + keep, now
        return True

    def finish(self, key: Key, next_at: datetime, took: timedelta, error: str | None) -> None:
        """Gives a lease back with how it went. Nothing happens when it was lost to another meanwhile."""
        with network_session(self._engine, _PURPOSE) as session, session.begin():
            row = session.get(JobLease, key, with_for_update=True)
            if row is None or row.holder != self._holder:
                return
            row.holder, row.held_until, row.next_at = None, None, next_at
            row.finished_at, row.milliseconds = self._clock(), int(took.total_seconds() * 1000)
            row.error, row.failures = error and error[:300], row.failures + 1 if error else 0

    def give_back(self, key: Key) -> None:
        """Lets go of a lease as if it had never been taken."""
        with network_session(self._engine, _PURPOSE) as session, session.begin():
            row = session.get(JobLease, key, with_for_update=True)
            if row is not None and row.holder == self._holder:
                row.holder, row.held_until = None, None

    def failed(self, jobs: Iterable[str]) -> Sequence[JobLease]:
        """The jobs of these names whose last run failed."""
        query = select(JobLease).where(JobLease.job.in_(list(jobs)), JobLease.failures > 0)
        with network_session(self._engine, _PURPOSE, writes=False) as session, session.begin():
            return session.scalars(query.order_by(JobLease.job, JobLease.tenant_id)).all()

    def forget(self, jobs: Iterable[str]) -> None:
        """Forgets that jobs of these names ever ran."""
        with network_session(self._engine, _PURPOSE) as session, session.begin():
            session.execute(delete(JobLease).where(JobLease.job.in_(list(jobs))))
