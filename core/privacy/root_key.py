"""A new root key for what is sealed at rest. It wraps every organisation's key anew; what these sealed is not touched.

The old one is dropped as soon as nothing needs it: at once, or, while there are backups from before, when the last of
them has passed its time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, select

from core.audit.models import AuditRecord
from core.audit.record import OPERATOR, record
from core.clock import Clock, utc_now
from core.crypto.at_rest import ROOT, RootKeys
from core.crypto.keyring import KeyRing
from core.tenancy.sealing import rewrap
from core.tenancy.session import tenant_session
from core.tenancy.tenant import Tenant

BACKUP_MADE = "backup.made"
"""How a backup stands on record, at every organisation that is in it."""


@dataclass(frozen=True, slots=True)
class RootKeyDesk:
    """Where the root key is changed, in somebody's name (by default the operator's)."""

    engine: Engine
    keys: KeyRing
    clock: Clock = utc_now
    who: UUID = OPERATOR

    def rotate(self, tenants: Sequence[Tenant]) -> tuple[int, int]:
        """Make a new root key and wrap every organisation's key under it; gives its number and how many were wrapped.

        The old one stays until `drop_old`. Done half, done again, it is whole: each key says which root wrapped it.
        """
        number = RootKeys(self.keys).begin_rotation()
        return number, self._wrap(tenants, "keys.root_changed", number)

    def drop_old(self, tenants: Sequence[Tenant]) -> list[int]:
        """Overwrite and delete root keys that no longer wrap; gives those that are still there, given from outside.

        What somebody began to seal during the rotation is wrapped anew before. Backups from before a dropped key's
        rotation still restore, but what is sealed in them opens no more.
        """
        roots = RootKeys(self.keys)
        old = roots.old()
        if old:
            self._wrap(tenants, "keys.old_root_dropped", roots.current())
            for number in old:
                self.keys.drop(f"{ROOT}-{number}")
        return roots.old()

    def changed_at(self) -> datetime | None:
        """Since when the current root key wraps; None without one, or for one given from outside."""
        return self.keys.made_at(f"{ROOT}-{RootKeys(self.keys).current()}")

    def old_is_needed(self, tenants: Sequence[Tenant], keep: timedelta) -> bool:
        """Whether a backup that is kept for so long may still need an old root key.

        The record knows of each backup, wherever it was taken to.
        """
        made = select(AuditRecord.id).where(AuditRecord.action == BACKUP_MADE, AuditRecord.at > self.clock() - keep)
        changed = self.changed_at()
        if changed is not None:
            made = made.where(AuditRecord.at <= changed)
        for tenant in tenants:
            with tenant_session(self.engine, tenant.id, writes=False) as session, session.begin():
                if session.scalars(made.limit(1)).first() is not None:
                    return True
        return False

    def _wrap(self, tenants: Sequence[Tenant], action: str, number: int) -> int:
        wrapped = 0
        for tenant in tenants:
            with tenant_session(self.engine, tenant.id) as session, session.begin():
                wrapped += rewrap(session, self.keys)
                record(session, self.who, action, f"root_key:{number}", at=self.clock())
        return wrapped
