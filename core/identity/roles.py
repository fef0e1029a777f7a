"""The roles that staff can have, and where."""

from collections.abc import Iterable

from core.errors import LuwteError

HELPER = "helper"
MODERATOR = "moderator"
EDITOR = "editor"
COORDINATOR = "coordinator"
NETWORK_ADMIN = "network_admin"

ORGANISATION_ROLES = frozenset({HELPER, MODERATOR, EDITOR, COORDINATOR})
"""What somebody can be in an organisation, on its workplace."""
NETWORK_ROLES = frozenset({NETWORK_ADMIN})
"""What somebody can be for the network, on its console: never in an organisation, so never near a conversation."""
ROLES = ORGANISATION_ROLES | NETWORK_ROLES


def check_roles(roles: Iterable[str], tenant_kind: str) -> frozenset[str]:
    """The roles as a set. Raises LuwteError when there is none, or one that does not exist at this kind of tenant."""
    chosen = frozenset(roles)
    allowed = NETWORK_ROLES if tenant_kind == "network" else ORGANISATION_ROLES
    wrong = sorted(chosen - allowed)
    if wrong or not chosen:
        said = f"The role {wrong[0]} does not exist here" if wrong else "A member of staff needs a role"
        raise LuwteError(f"{said}: choose from {', '.join(sorted(allowed))}.")
    return chosen
