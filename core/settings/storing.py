"""Storing what a form asked for: facts of organisations in one transaction, secrets in the organisation's own."""

from collections.abc import Iterable
from uuid import UUID

from core.crypto.keyring import KeyRing
from core.settings.desk import Change
from core.settings.secrets import clear_secret, store_secret
from core.tenancy.changes import set_text, set_value
from core.tenancy.session import NetworkSession, TenantSession
from core.tenancy.settings import lock_key, value_key


def store_secrets(session: TenantSession, keys: KeyRing, changes: Iterable[Change]) -> None:
    """Store and clear the secrets among the changes, in the session of their organisation."""
    for change in changes:
        if change.deed == "secret_set":
            store_secret(session, keys, change.item.plugin, change.item.setting, change.value)
        elif change.deed == "secret_cleared":
            clear_secret(session, change.item.plugin, change.item.name)


def store_facts(session: NetworkSession, tenant_id: UUID, changes: Iterable[Change]) -> None:
    """Store values and locks; an import of the folder leaves them alone from then on."""
    for change in changes:
        plugin, name = change.item.plugin, change.item.name
        if change.deed in {"changed", "followed"}:
            set_text(session, tenant_id, value_key(plugin, name), change.value)
        elif change.deed in {"locked", "unlocked"}:
            lock = change.item.lock if change.deed == "locked" else None
            set_value(session, tenant_id, lock_key(plugin, name), lock)
