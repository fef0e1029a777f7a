"""The one call by which a plugin reads a setting."""

from typing import Any, Protocol

from core.crypto.keyring import KeyRing
from core.plugin_host.host import PluginHost
from core.settings.secrets import read_secret
from core.tenancy.session import TenantSession
from core.tenancy.tenant import Tenant


class House(Protocol):
    """What the process shares, as far as secrets need it."""

    @property
    def keys(self) -> KeyRing:
        """The key ring."""

    @property
    def plugins(self) -> PluginHost:
        """The plugins and what they declared."""


class AtTenant(Protocol):
    """A request, a realtime call: something that happens at one organisation."""

    @property
    def tenant(self) -> Tenant:
        """That organisation."""


def setting(where: AtTenant | Tenant, plugin: str, name: str) -> Any:
    """The value that holds at an organisation, of the declared type: its own, an inherited one, or the default.

    `where` is a request, a realtime call, or the organisation itself. It costs no query. Raises LookupError for a
    setting that nobody declared; a secret one is read with `secret_setting`.
    """
    tenant = where if isinstance(where, Tenant) else where.tenant
    try:
        return tenant.settings[plugin][name]
    except KeyError:
        raise LookupError(f"{plugin}.{name} is no setting, or a secret one: then use secret_setting.") from None


def secret_setting(session: TenantSession, house: House, plugin: str, name: str) -> Any:
    """The value of a secret setting of the session's organisation, opened now; its default where none is set.

    `house` is `request.installation` or what a job is given. Keep the value no longer than needed. Raises LookupError
    for one that nobody declared, and LuwteError, without the value, for one that cannot be opened any more.
    """
    declared = house.plugins.plugins[plugin].settings if plugin in house.plugins.plugins else ()
    for one in declared:
        if one.name == name and one.secret:
            return read_secret(session, house.keys, plugin, one)
    raise LookupError(f"{plugin}.{name} is no secret setting.")
