"""Who may what: only what the table says, and nothing while the screen is locked."""

from dataclasses import dataclass, replace
from uuid import uuid4

import pytest

from core.access.table import CORE_PERMISSIONS, Permissions
from core.errors import LuwteError
from core.hookspecs.values import Permission
from core.identity.roles import ORGANISATION_ROLES, ROLES
from core.identity.staff_identity import StaffIdentity

HELPER = StaffIdentity(uuid4(), uuid4(), "noor", "Noor", frozenset({"helper"}), uuid4())
TAKE = Permission("chat.take", frozenset({"helper"}), "Take a conversation.")
FIGURES = Permission("chat.see_figures", frozenset({"coordinator"}), "See the figures.")


@dataclass(frozen=True)
class _Plugin:
    name: str
    permissions: tuple[Permission, ...]


def test_a_role_may_what_the_table_says_and_nothing_else() -> None:
    table = Permissions([TAKE, FIGURES])
    assert table.may(HELPER, "chat.take")
    assert not table.may(HELPER, "chat.see_figures")
    assert table.may(replace(HELPER, roles=frozenset({"helper", "coordinator"})), "chat.see_figures")


@pytest.mark.parametrize("permission", ["chat.other", "", "chat.take ", "CHAT.TAKE", "__everybody__"])
def test_what_is_not_in_the_table_is_refused_to_every_role(permission: str) -> None:
    assert not Permissions([TAKE]).may(replace(HELPER, roles=ROLES), permission)


def test_nobody_and_somebody_without_roles_may_nothing() -> None:
    table = Permissions([TAKE])
    for name in table.table():
        assert not table.may(None, name)
        assert not table.may(replace(HELPER, roles=frozenset()), name)


def test_behind_the_lock_screen_nothing_is_allowed() -> None:
    table = Permissions([TAKE])
    locked = replace(HELPER, roles=ROLES, locked=True)
    assert [name for name in table.table() if table.may(locked, name)] == []


def test_a_network_admin_has_none_of_a_plugins_permissions_that_name_organisations_roles() -> None:
    admin = replace(HELPER, roles=frozenset({"network_admin"}))
    assert not Permissions([Permission("chat.take", ORGANISATION_ROLES, "")]).may(admin, "chat.take")


def test_a_plugins_permission_bears_its_name() -> None:
    assert Permissions.of_plugins([_Plugin("chat", (TAKE,))]).knows("chat.take")
    with pytest.raises(LuwteError, match=r"Plugin forum declares the permission chat.take.*'forum\.'"):
        Permissions.of_plugins([_Plugin("forum", (TAKE,))])


def test_a_permission_given_twice_is_refused() -> None:
    with pytest.raises(LuwteError, match="declared twice"):
        Permissions([TAKE, replace(TAKE, roles=ROLES)])
    with pytest.raises(LuwteError, match="declared twice"):
        Permissions([replace(CORE_PERMISSIONS[0], roles=ROLES)])


def test_a_role_that_does_not_exist_is_refused() -> None:
    with pytest.raises(LuwteError, match="names the role boss"):
        Permissions([replace(TAKE, roles=frozenset({"helper", "boss"}))])
