"""The application that these tests ask."""

from tests.core.identity.cheap import cheap_passwords
from tests.core.web.screens.identity.office import office

__all__ = ["cheap_passwords", "office"]
