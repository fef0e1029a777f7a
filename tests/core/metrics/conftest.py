"""The application with careless plugins, whose figures are shown."""

from tests.core.web.careless import careless_house

__all__ = ["careless_house"]
