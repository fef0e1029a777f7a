"""Writing down what staff did, in the transaction of the deed: both are kept, or neither."""

import re
from datetime import date, datetime
from uuid import UUID

from core.audit.models import AuditRecord
from core.clock import utc_now
from core.crypto import KeyRing, digest
from core.tenancy.session import TenantSession

OPERATOR = UUID(int=0)
"""Who runs the installation, at its command line: no account of any organisation. The machine knows who that was."""

_ACTION = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_SUBJECT = re.compile(r"[a-z][a-z0-9_]*:[A-Za-z0-9_-]{1,80}")


def record(
    session: TenantSession, staff_id: UUID, action: str, subject: str | None = None, *, at: datetime | None = None
) -> None:
    """Add to the record of the session's organisation: who (`staff_id`), what (`identity.signed_in`), when (`at`, now).

    `subject` names what it was done to as `<kind>:<id>`, such as `staff:<uuid>`; a conversation is named by
    `conversation_subject` only. Raises ValueError for anything else: content has no place here.
    """
    if not _ACTION.fullmatch(action) or len(action) > 80:
        raise ValueError("An action is named like chat.conversation_taken.")
    if subject is not None and not _SUBJECT.fullmatch(subject):
        raise ValueError("A subject is named as <kind>:<id>; the record holds no content.")
    session.add(AuditRecord(at=at or utc_now(), staff_id=staff_id, action=action, subject=subject))


def conversation_subject(keys: KeyRing, tenant_id: UUID, conversation_id: UUID, day: date) -> str:
    """The name of a conversation in the record: a hash under the day's key.

    Deeds in one conversation on one day can be read together; when the day's key is forgotten, nobody can tell any more
    which conversation it was. `day` is the UTC date of the deed.
    """
    name = digest(keys.day_secret("audit", day), "audit-conversation", tenant_id.bytes, conversation_id.bytes)
    return f"conversation:{name.hex()[:32]}"
