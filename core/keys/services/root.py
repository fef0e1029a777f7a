"""The organisation's key: publishing lists that it signed, and keeping its copies under pass phrases."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from core.audit.record import record
from core.crypto.sealing import KeysDocument, SealingRefused, Trust
from core.identity.models import Staff
from core.identity.roles import COORDINATOR, HELPER
from core.keys.lists import PublicLists, Waiting
from core.keys.models import IdentityKey, RootKeyCopy
from core.keys.refused import KeysRefused
from core.keys.schemas import Copy
from core.keys.services.shifts import end_shifts_of
from core.tenancy.session import TenantSession


def publish(
    session: TenantSession, lists: PublicLists, text: str, copies: Iterable[Copy], by: UUID, now: datetime
) -> Waiting | None:
    """Check a signed list, keep copies of its key, put on record what it changes, and write it to its place.

    A list whose key the one before did not sign waits: then what it waits for is given. The file comes last, when all
    else has been written: what is refused leaves nothing behind. Raises SealingRefused or KeysRefused.
    """
    seconds = int(now.timestamp())
    if lists.is_barred(session.tenant_id):
        raise KeysRefused("demo_root")
    document = KeysDocument.read(text, session.tenant_id)
    before = lists.read(session.tenant_id, seconds)
    waits = _must_wait(before, document, seconds)
    _check_helpers(session, before, document, seconds)
    _check_revocations(before, document)
    store_copies(session, document.root, copies, by, now)
    _check_has_copy(session, before, document)
    _record_changes(session, before, document, by, now)
    session.flush()
    if waits:
        return lists.let_wait(document, seconds)
    lists.publish(document)
    return None


def store_copies(session: TenantSession, root: bytes, copies: Iterable[Copy], by: UUID, now: datetime) -> None:
    """Keep the organisation's key under pass phrases, in the place of what the same holders had of it.

    Raises KeysRefused ("no_such_coordinator").
    """
    for copy in copies:
        if copy.holder is not None and not _coordinates(session, copy.holder):
            raise KeysRefused("no_such_coordinator")
        same = (RootKeyCopy.staff_id == copy.holder) if copy.holder else RootKeyCopy.staff_id.is_(None)
        session.execute(delete(RootKeyCopy).where(same, RootKeyCopy.public == root))
        session.add(RootKeyCopy(staff_id=copy.holder, public=root, wrapped=copy.wrapped, made_at=now))
        subject = f"staff:{copy.holder}" if copy.holder else "copy:paper"
        record(session, by, "keys.root_copied", subject, at=now)


def add_copies(
    session: TenantSession, lists: PublicLists, root: bytes, copies: Iterable[Copy], by: UUID, now: datetime
) -> None:
    """Keep more copies of the key that the organisation has now. Raises KeysRefused ("no_list", "wrong_root")."""
    document = lists.read(session.tenant_id, int(now.timestamp()))
    if document is None:
        raise KeysRefused("no_list")
    if root != document.root:
        raise KeysRefused("wrong_root")
    store_copies(session, root, copies, by, now)


def withdraw(session: TenantSession, lists: PublicLists, by: UUID, now: datetime) -> None:
    """Take away the new key that waits. Raises KeysRefused ("nothing_waits")."""
    record(session, by, "keys.root_withdrawn", at=now)
    session.flush()
    lists.withdraw(session.tenant_id)


def copies_of(session: TenantSession, root: bytes) -> list[RootKeyCopy]:
    """All copies of one key of the organisation."""
    return list(session.scalars(select(RootKeyCopy).where(RootKeyCopy.public == root).order_by(RootKeyCopy.made_at)))


def all_copies(session: TenantSession) -> list[RootKeyCopy]:
    """All copies that there are, of a former key too."""
    return list(session.scalars(select(RootKeyCopy).order_by(RootKeyCopy.made_at)))


def _must_wait(before: KeysDocument | None, document: KeysDocument, now: int) -> bool:
    """Whether nobody vouches for its key. Raises SealingRefused for what does not follow on the list before."""
    if before is None:
        if document.version != 1 or document.previous != bytes(32):
            raise SealingRefused("version_gap")
        return False
    try:
        Trust.first(before).follow(document, now)
    except SealingRefused as refusal:
        if refusal.code == "ghost_root":
            return True
        raise
    return False


def _check_helpers(session: TenantSession, before: KeysDocument | None, document: KeysDocument, now: int) -> None:
    """Each certificate is true, and of somebody who helps here: who was there before, or made this very key."""
    known = {(helper.id, helper.key) for helper in before.helpers} if before else set()
    own = {(row.staff_id, row.public) for row in session.scalars(select(IdentityKey))}
    helpers = {row.id for row in session.scalars(select(Staff)) if HELPER in row.roles}
    for helper in document.helpers:
        document.helper(helper.id, HELPER, now)
        if (helper.id, helper.key) not in known | own or helper.id not in helpers:
            raise KeysRefused("no_such_helper")


def _check_revocations(before: KeysDocument | None, document: KeysDocument) -> None:
    """What was withdrawn once stays so: else a stolen key would come back to life."""
    gone = {one.key for one in before.revoked} if before else set()
    if not gone <= {one.key for one in document.revoked}:
        raise KeysRefused("revocation_lost")


def _check_has_copy(session: TenantSession, before: KeysDocument | None, document: KeysDocument) -> None:
    """A new key that nobody could open again would be lost with the page that made it."""
    is_new = before is None or before.root != document.root
    session.flush()
    if is_new and not copies_of(session, document.root):
        raise KeysRefused("not_one_copy")


def _record_changes(
    session: TenantSession, before: KeysDocument | None, document: KeysDocument, by: UUID, now: datetime
) -> None:
    old = {helper.id: helper for helper in before.helpers} if before else {}
    new = {helper.id: helper for helper in document.helpers}
    record(session, by, "keys.list_published", f"keys:{document.version}", at=now)
    if before is None or before.root != document.root:
        record(session, by, "keys.root_changed", f"keys:{document.version}", at=now)
    for staff_id in new.keys() - {one for one, helper in old.items() if helper == new.get(one)}:
        record(session, by, "keys.helper_signed", f"staff:{staff_id}", at=now)
    for staff_id, helper in old.items():
        if staff_id not in new or helper.key != new[staff_id].key:
            record(session, by, "keys.helper_revoked", f"staff:{staff_id}", at=now)
            end_shifts_of(session, staff_id, now)


def _coordinates(session: TenantSession, staff_id: UUID) -> bool:
    row = session.find(Staff, staff_id)
    return row is not None and row.active and COORDINATOR in row.roles
