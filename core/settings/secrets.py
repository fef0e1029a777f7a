"""Secret settings: written once, never shown again, opened only for the plugin that needs them."""

import json
from typing import Any

from pydantic import ValidationError
from sqlalchemy import delete, select

from core.crypto.at_rest import NotOpened
from core.crypto.keyring import KeyRing
from core.errors import LuwteError
from core.hookspecs.values import Setting
from core.settings.models import SecretSetting
from core.tenancy.merging import to_json
from core.tenancy.sealing import open_sealed, seal
from core.tenancy.session import TenantSession
from core.tenancy.settings import as_json, validated

_PURPOSE = "setting"


def store_secret(session: TenantSession, keys: KeyRing, plugin: str, setting: Setting, value: Any) -> None:
    """Seal and store a checked value in place of an earlier one."""
    content = to_json(as_json(setting, value)).encode()
    sealed = seal(session, keys, content, _PURPOSE, plugin, setting.name)
    row = _row(session, plugin, setting.name)
    if row is None:
        session.add(SecretSetting(plugin=plugin, name=setting.name, sealed=sealed))
    else:
        row.sealed = sealed
    session.flush()


def clear_secret(session: TenantSession, plugin: str, name: str) -> None:
    """Take a secret away; nothing happens where there is none."""
    session.execute(delete(SecretSetting).where(SecretSetting.plugin == plugin, SecretSetting.name == name))


def stored_secrets(session: TenantSession, plugin: str) -> frozenset[str]:
    """The names of the plugin's secrets that are set. Their values stay sealed."""
    return frozenset(session.scalars(select(SecretSetting.name).where(SecretSetting.plugin == plugin)))


def all_secrets(session: TenantSession) -> list[str]:
    """The names of all secrets that the organisation has set, `<plugin>.<name>`, of absent plugins too."""
    rows = session.execute(select(SecretSetting.plugin, SecretSetting.name))
    return sorted(f"{plugin}.{name}" for plugin, name in rows)


def read_secret(session: TenantSession, keys: KeyRing, plugin: str, setting: Setting) -> Any:
    """The value, opened; the default where none is set.

    Raises LuwteError, without the value, when what is stored cannot be opened or no longer fits the setting.
    """
    row = _row(session, plugin, setting.name)
    if row is None:
        return setting.default
    try:
        content = open_sealed(session, keys, row.sealed, _PURPOSE, plugin, setting.name)
        return validated(setting, json.loads(content))
    except (NotOpened, ValidationError):
        raise LuwteError(f"The secret setting {plugin}.{setting.name} cannot be used any more: set it anew.") from None


def _row(session: TenantSession, plugin: str, name: str) -> SecretSetting | None:
    return session.scalars(
        select(SecretSetting).where(SecretSetting.plugin == plugin, SecretSetting.name == name)
    ).first()
