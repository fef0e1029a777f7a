"""An organisation's own key, for what is sealed at rest: made at first use, stored wrapped by the root key."""

from sqlalchemy import select

from core.crypto.at_rest import NotOpened, RootKeys, TenantKey, sealing_id_of, wrapped_under
from core.crypto.keyring import KeyRing
from core.tenancy.models import SealingKey
from core.tenancy.session import TenantSession


def seal(session: TenantSession, keys: KeyRing, content: bytes, purpose: str, *names: str) -> bytes:
    """Seal something of the session's organisation for one purpose and place: `("setting", "chat", "mail_password")`.

    A text goes in as bytes. A key may seal 2^32 things; nothing that an organisation stores comes near that.
    """
    return _key(session, RootKeys(keys)).seal(content, purpose, *names)


def open_sealed(session: TenantSession, keys: KeyRing, blob: bytes, purpose: str, *names: str) -> bytes:
    """Open what the session's organisation sealed under the same purpose and names. Raises NotOpened."""
    row = session.find(SealingKey, sealing_id_of(blob))
    if row is None:
        raise NotOpened("A sealed value was not opened: this organisation has no key that sealed it.")
    return RootKeys(keys).unwrap(row.id, row.wrapped).open(blob, purpose, *names)


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
