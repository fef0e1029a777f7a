"""Time-outs: one browser session may not begin a conversation for a while, and nobody knows whose session it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from sqlalchemy import Engine, delete, select

from core.anonymity.models import TimeOut
from core.crypto import KeyRing, digest
from core.i18n.translator import Text
from core.tenancy.session import TenantSession, tenant_session
from core.tenancy.tenant import Tenant

EXTRA_WAIT = timedelta(seconds=90)
"""How much later somebody else at that address has their turn. Two minutes are promised as the most."""

Reason = Literal["swearing", "joking", "sexual", "threats", "otherwise"]
"""Why a time-out can be given: a short list, because what was said is nobody's business afterwards."""

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "swearing": Text(
            "time_out.swearing",
            "You get a break until {until}, because there was swearing. After that you are welcome again.",
        ),
        "joking": Text(
            "time_out.joking",
            "You get a break until {until}, because it was a joke. After that you are welcome again.",
        ),
        "sexual": Text(
            "time_out.sexual",
            "You get a break until {until}, because of sexual remarks. After that you are welcome again.",
        ),
        "threats": Text(
            "time_out.threats",
            "You get a break until {until}, because there were threats. After that you are welcome again.",
        ),
        "otherwise": Text(
            "time_out.otherwise",
            "You get a break until {until}, because talking did not work this time. After that you are welcome again.",
        ),
    }
)
"""What the person reads, for each."""


@dataclass(frozen=True, slots=True)
class Break:
    """The time-out of one session: why, and until when."""

    reason: str
    ends_at: datetime

    @classmethod
    def of(cls, reason: str, length: timedelta, now: datetime) -> "Break":
        """One of that length from now, to the next whole minute: "until 16.20" is then true to the second.

        Raises ValueError for a reason that is not in REASONS.
        """
        if reason not in REASONS:
            raise ValueError(f"A time-out has one of these reasons: {', '.join(REASONS)}.")
        return cls(reason, _whole_minute(now + length))


def give_time_out(session: TenantSession, keys: KeyRing, seeker_key: str, given: Break) -> None:
    """Refuses a browser session until the end of the break, which takes the place of an earlier one."""
    name = session_digest(keys, session.tenant_id, seeker_key)
    session.execute(delete(TimeOut).where(TimeOut.session_digest == name))
    session.add(TimeOut(session_digest=name, reason=given.reason, ends_at=given.ends_at))


def give_time_out_at_portal(
    engine: Engine, keys: KeyRing, region: Tenant, portal: Tenant, seeker_key: str, given: Break
) -> None:
    """The same for a region's conversation that came by its portal: kept under the portal, whose session it is.

    The one place that writes for another organisation, in a transaction of its own. `seeker_key` is the session's at
    the portal's host, so it holds there, whichever region the next conversation would be with; a region's own host
    has a cookie of its own. Raises LookupError for what is not the region's portal.
    """
    if region.parent_id != portal.id:
        raise LookupError("a time-out may be kept under the region's own portal, and nobody else's")
    with tenant_session(engine, portal.id) as session, session.begin():
        give_time_out(session, keys, seeker_key, given)


def time_out_of(session: TenantSession, keys: KeyRing, seeker_key: str, now: datetime) -> Break | None:
    """The time-out that a browser session has now; None for everybody else."""
    name = session_digest(keys, session.tenant_id, seeker_key)
    query = select(TimeOut).where(TimeOut.session_digest == name, TimeOut.ends_at > now)
    row = session.scalars(query).first()
    return Break(row.reason, row.ends_at) if row is not None else None


def refused_sessions(session: TenantSession, now: datetime) -> frozenset[bytes]:
    """The digests of all sessions that have a time-out now."""
    return frozenset(session.scalars(select(TimeOut.session_digest).where(TimeOut.ends_at > now)))


def session_digest(keys: KeyRing, tenant_id: UUID, seeker_key: str) -> bytes:
    """What a session is called here. `seeker_key` is itself a digest of the cookie, which is stored nowhere."""
    return digest(keys.secret("time-outs"), "time-out", tenant_id.bytes, seeker_key)


def forget_time_outs(session: TenantSession, before: datetime) -> int:
    """Deletes what ended before that moment; returns how many went."""
    gone = delete(TimeOut).where(TimeOut.ends_at <= before).returning(TimeOut.id)
    return len(session.scalars(gone).all())


def _whole_minute(moment: datetime) -> datetime:
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + timedelta(minutes=1)
