"""The application with careless plugins, which the console tells of."""

from tests.core.web.careless import careless_house

__all__ = ["careless_house"]
