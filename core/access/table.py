"""Who may what, in one table. What is not in it is refused.

Plugins add their own lines with `declare_permissions`; their names begin with the plugin's.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from core.errors import LuwteError
from core.hookspecs.values import Permission
from core.identity.roles import COORDINATOR, EDITOR, HELPER, MODERATOR, NETWORK_ADMIN, NETWORK_ROLES, ROLES
from core.identity.staff_identity import StaffIdentity

CORE_PERMISSIONS = (
    # name, roles, what it is
    Permission("core.be_present", ROLES, "Be at work: open the workplace (for network admins: the console), live too."),
    Permission("core.own_account", ROLES, "Lock one's own screen, change one's own password."),
    Permission("core.have_shift", frozenset({HELPER}), "Make one's own key, begin and end a shift."),
    Permission("core.keep_keys", frozenset({COORDINATOR}), "Keep the organisation's key, sign and withdraw helpers'."),
    Permission("core.change_settings", frozenset({COORDINATOR}), "Change the organisation's settings, secrets too."),
    Permission("core.change_all_settings", NETWORK_ROLES, "Change and lock settings of every organisation."),
    Permission("core.see_plugins", NETWORK_ROLES, "See how the installed plugins fare: times and faults, no contents."),
)
"""What staff may do in core's own screens."""

__all__ = [
    "COORDINATOR",
    "CORE_PERMISSIONS",
    "EDITOR",
    "HELPER",
    "MODERATOR",
    "NETWORK_ADMIN",
    "ROLES",
    "Permissions",
]


class Declarer(Protocol):
    """A plugin, as far as this table needs to know it."""

    @property
    def name(self) -> str:
        """The plugin's name."""

    @property
    def permissions(self) -> Iterable[Permission]:
        """What it declared."""


class Permissions:
    """The table of core and all installed plugins. Made once per process; it does not change."""

    def __init__(self, permissions: Iterable[Permission] = ()) -> None:
        """Core's permissions and these. Raises LuwteError for a name given twice or a role that does not exist."""
        self._roles: dict[str, frozenset[str]] = {}
        for permission in (*CORE_PERMISSIONS, *permissions):
            self._add(permission)

    @classmethod
    def of_plugins(cls, plugins: Iterable[Declarer]) -> "Permissions":
        """The table with what plugins declared. Raises LuwteError also for a name without its plugin's prefix."""
        declared = [(plugin.name, permission) for plugin in plugins for permission in plugin.permissions]
        for plugin, permission in declared:
            if not permission.name.startswith(f"{plugin}."):
                raise LuwteError(
                    f"Plugin {plugin} declares the permission {permission.name}: its name must start with '{plugin}.'."
                )
        return cls(permission for _, permission in declared)

    def _add(self, permission: Permission) -> None:
        if permission.name in self._roles:
            raise LuwteError(f"The permission {permission.name} is declared twice: leave one out.")
        unknown = sorted(permission.roles - ROLES)
        if unknown:
            raise LuwteError(
                f"The permission {permission.name} names the role {unknown[0]}, which does not exist: "
                f"choose from {', '.join(sorted(ROLES))}."
            )
        self._roles[permission.name] = permission.roles

    def table(self) -> Mapping[str, frozenset[str]]:
        """The whole table, to show: permission -> roles."""
        return dict(self._roles)

    def knows(self, permission: str) -> bool:
        """Whether there is such a permission at all."""
        return permission in self._roles

    def may(self, staff: StaffIdentity | None, permission: str) -> bool:
        """Whether they may. Nobody, whoever's screen is locked, and unknown permissions: no."""
        if staff is None or staff.locked:
            return False
        return not staff.roles.isdisjoint(self._roles.get(permission, frozenset()))
