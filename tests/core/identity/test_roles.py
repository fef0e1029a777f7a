"""Roles of an organisation and of the network never mix."""

import pytest

from core.errors import LuwteError
from core.identity.roles import check_roles


def test_organisations_and_the_network_have_roles_of_their_own() -> None:
    assert check_roles(["helper", "coordinator", "helper"], "organisation") == {"helper", "coordinator"}
    assert check_roles(["network_admin"], "network") == {"network_admin"}


@pytest.mark.parametrize(
    "roles, kind",
    [(["network_admin"], "organisation"), (["helper"], "network"), (["helper", "network_admin"], "organisation")],
)
def test_a_role_of_the_other_kind_is_refused(roles: list[str], kind: str) -> None:
    with pytest.raises(LuwteError, match="does not exist here: choose from"):
        check_roles(roles, kind)


def test_somebody_without_a_role_is_refused() -> None:
    with pytest.raises(LuwteError, match="needs a role"):
        check_roles([], "organisation")
