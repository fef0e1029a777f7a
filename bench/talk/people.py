"""People of an installation under measurement: helpers who are signed in already, and tokens that no page gave.

How they came in is measured elsewhere; what is measured here is what they say.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import select

from core.access.realtime_tokens import issue
from core.clock import utc_now
from core.crypto import KeyRing
from core.crypto.sealing import ShiftCertificate
from core.database.engine import make_engine
from core.identity.models import Staff
from core.identity.services.sessions import open_session
from core.keys.models import Shift
from core.tenancy.models import TenantRow
from core.tenancy.session import network_session, tenant_session
from core.testing.staff import NO_PASSWORD

ORGANISATION = "luisterboom"


@dataclass(frozen=True, slots=True)
class Helper:
    """An account with an open session."""

    id: UUID
    session_id: UUID


class People:
    """The seekers and helpers of one organisation of an installation."""

    def __init__(self, database: str, home: Path) -> None:
        """`database` is the address that the installation uses, `home` where its keys lie."""
        self._database, self._keys = database, KeyRing(home / "keys")
        engine = make_engine(database)
        try:
            with network_session(engine, "bench", writes=False) as session, session.begin():
                self._tenant = session.scalars(select(TenantRow.id).where(TenantRow.slug == ORGANISATION)).one()
        finally:
            engine.dispose()

    def add_helpers(self, count: int) -> Sequence[Helper]:
        """So many new accounts, each with a session as after signing in. No password opens them."""
        now, engine = utc_now(), make_engine(self._database)
        names = [f"bench{uuid4().hex[:12]}" for _ in range(count)]
        try:
            with tenant_session(engine, self._tenant) as session, session.begin():
                roles = frozenset({"helper"})
                staff = [Staff(name=n, alias=n, roles=roles, password_hash=NO_PASSWORD, created_at=now) for n in names]
                session.add_all(staff)
                session.flush()
                session.add_all(_shift(self._tenant, person.id, now) for person in staff)
                opened = [open_session(session, self._keys, person, now)[0] for person in staff]
                return [Helper(row.staff_id, row.id) for row in opened]
        finally:
            engine.dispose()

    def seeker_token(self, key: str) -> str:
        """What a page would give the browser session with this key."""
        return issue(self._keys, utc_now, self._tenant, "seeker", key, None)

    def helper_token(self, helper: Helper) -> str:
        """What the workbench would give."""
        return issue(self._keys, utc_now, self._tenant, "staff", str(helper.id), helper.session_id)


def _shift(tenant: UUID, staff_id: UUID, now: datetime) -> Shift:
    """An open shift, whose certificate is as long as any: here nobody checks it."""
    ends = now + timedelta(hours=5)
    period = (int(now.timestamp()), int(ends.timestamp()))
    certificate = ShiftCertificate(tenant, staff_id, uuid4(), bytes(65), bytes(65), *period, bytes(64))
    text = json.dumps(certificate.to_form(), separators=(",", ":"))
    return Shift(id=certificate.id, staff_id=staff_id, certificate=text, begins_at=now, ends_at=ends, ended_at=None)
