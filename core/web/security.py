"""Tells Pyramid who may do what: the table of core and plugins behind one policy."""

from pyramid.config import Configurator

from core.access.policy import StaffSecurityPolicy
from core.access.table import Permissions
from core.installation import Installation


def includeme(config: Configurator) -> None:
    """Sets the policy over the permissions of this installation."""
    installation: Installation = config.registry["luwte.installation"]
    config.set_security_policy(StaffSecurityPolicy(permissions_of(installation)))


def permissions_of(installation: Installation) -> Permissions:
    """The table for the plugins of an installation."""
    return Permissions.of_plugins(installation.plugins.plugins.values())
