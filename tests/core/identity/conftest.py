"""The house that these tests stand on."""

from tests.core.identity.cheap import cheap_passwords
from tests.core.identity.house import house

__all__ = ["cheap_passwords", "house"]
