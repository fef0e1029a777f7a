"""An organisation's own key, for what is sealed at rest: made at first use, stored wrapped by the root key.

What has a time to go is sealed under the key of its day besides: `seal_by_day` names the retention rule by which it
goes, and the worker drops the day's key when the rule's time has passed. From then on nobody can open it, wherever it
was copied to.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import select

from core.crypto.at_rest import Forgotten, NotOpened, RootKeys, TenantKey, day_of, sealing_id_of, wrapped_under
from core.crypto.keyring import KeyRing
from core.tenancy.models import SealingKey
from core.tenancy.session import TenantSession


def seal(session: TenantSession, keys: KeyRing, content: bytes, purpose: str, *names: str) -> bytes:
    """Seal something of the session's organisation for one purpose and place: `("setting", "chat", "mail_password")`.

    A text goes in as bytes. A key may seal 2^32 things; nothing that an organisation stores comes near that.
    """
    return _key(session, RootKeys(keys)).seal(content, purpose, *names)


def seal_by_day(session: TenantSession, keys: KeyRing, at: datetime, content: bytes, rule: str, *names: str) -> bytes:
    """Seal something that goes by a retention rule, named like `chat.ended`, for one place in it.

    `at` is the moment from which the rule counts: the day's key goes when that day has passed the rule's time. Raises
    LuwteError for a day whose keys are gone already.
    """
    day = at.astimezone(UTC).date()
    key = _key(session, RootKeys(keys))
    return key.seal_by_day(day, keys.epoch(key.sealing_id, rule, day), content, rule, *names)


def open_sealed(session: TenantSession, keys: KeyRing, blob: bytes, purpose: str, *names: str) -> bytes:
    """Open what the session's organisation sealed under the same purpose (or retention rule) and names.

    Raises Forgotten when the key of its day is gone, and NotOpened for everything else that does not open.
    """
    row = session.find(SealingKey, sealing_id_of(blob))
    if row is None:
        raise NotOpened("A sealed value was not opened: this organisation has no key that sealed it.")
    key, day = RootKeys(keys).unwrap(row.id, row.wrapped), day_of(blob)
    if day is None:
        return key.open(blob, purpose, *names)
    day_key = keys.known_epoch(row.id, purpose, day)
    if day_key is None:
        raise Forgotten(f"A sealed value was not opened: the key of {day.isoformat()} is gone, and so is what it held.")
    return key.open_by_day(day_key, blob, purpose, *names)


def sealing_ids(session: TenantSession) -> list[UUID]:
    """Under which names the organisation's keys lie in the ring."""
    return list(session.scalars(select(SealingKey.id)))


def forget_days(keys: KeyRing, owners: Iterable[UUID], rule: str, before: date) -> int:
    """Drop the keys of all days before `before` that sealed what goes by this rule; gives how many went."""
    return sum(keys.forget_epochs(owner, rule, before) for owner in owners)


def erase_days(keys: KeyRing, owners: Iterable[UUID], rules: Iterable[str]) -> int:
    """Drop the keys of all days, today's too: what was sealed under them is gone from every backup at once."""
    ids = list(owners)
    return sum(keys.erase_epochs(owner, rule) for rule in rules for owner in ids)


def rewrap(session: TenantSession, keys: KeyRing) -> int:
    """Wrap the organisation's keys under the current root key; gives how many were not so yet."""
    roots = RootKeys(keys)
    rows = session.scalars(select(SealingKey).with_for_update()).all()
    old = [row for row in rows if wrapped_under(row.wrapped) != roots.current()]
    for row in old:
        row.wrapped = roots.rewrap(row.id, row.wrapped)
    session.flush()
    return len(old)


def _key(session: TenantSession, roots: RootKeys) -> TenantKey:
    """The key that seals now. Two processes may each make a first one: both stay, a blob names its own."""
    row = session.scalars(select(SealingKey).order_by(SealingKey.id)).first()
    if row is not None:
        return roots.unwrap(row.id, row.wrapped)
    row = SealingKey()
    key, row.wrapped = roots.new_tenant_key(row.id)
    session.add(row)
    session.flush()
    return key
