"""Keys of demo organisations, made at set-up by Python's twin of the browser's modules, under words in a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete

from core.audit.record import OPERATOR, record
from core.crypto.sealing import HelperCertificate, KeysDocument, SigningKey, wrap_signing_key
from core.crypto.sealing.wrapping import Cost
from core.identity.models import Staff
from core.identity.roles import COORDINATOR, HELPER
from core.keys.models import IdentityKey, RootKeyCopy, Shift
from core.tenancy.session import TenantSession

CHEAP = Cost(memory=8 * 1024, passes=1)
"""The least that browsers accept. More would buy nothing: the phrases lie beside the database."""
VALID = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class DemoKeys:
    """The secrets of a demo organisation before they are wrapped."""

    root: SigningKey
    helpers: Mapping[UUID, SigningKey]


def make_demo_keys(session: TenantSession, phrases: Mapping[Staff, str], now: datetime) -> KeysDocument:
    """Make the organisation's key for its coordinators and a key for each helper; gives the first list, to publish.

    `phrases`: the accounts, each with its words. What lay in the database of earlier keys goes.
    """
    for model in (RootKeyCopy, IdentityKey, Shift):
        session.execute(delete(model).returning(model.id)).all()
    keys = DemoKeys(SigningKey.new(), {row.id: SigningKey.new() for row in phrases if HELPER in row.roles})
    for row, phrase in phrases.items():
        if COORDINATOR in row.roles:
            wrapped = wrap_signing_key(keys.root, phrase, session.tenant_id, row.id, CHEAP)
            session.add(RootKeyCopy(staff_id=row.id, public=keys.root.public, wrapped=wrapped, made_at=now))
        if HELPER in row.roles:
            own = keys.helpers[row.id]
            wrapped = wrap_signing_key(own, phrase, session.tenant_id, row.id, CHEAP)
            session.add(IdentityKey(staff_id=row.id, public=own.public, wrapped=wrapped, made_at=now))
    record(session, OPERATOR, "keys.demo_made", at=now)
    return _first_list(session.tenant_id, keys, phrases, now)


def _first_list(tenant: UUID, keys: DemoKeys, staff: Mapping[Staff, str], now: datetime) -> KeysDocument:
    begins, ends = int(now.timestamp()), int((now + VALID).timestamp())
    helpers = [row for row in staff if row.id in keys.helpers]
    certificates = tuple(
        HelperCertificate(tenant, row.id, row.alias, HELPER, keys.helpers[row.id].public, begins, ends).signed(
            keys.root
        )
        for row in sorted(helpers, key=lambda row: row.name)
    )
    return KeysDocument(tenant, 1, begins, keys.root.public, helpers=certificates).signed(keys.root)
