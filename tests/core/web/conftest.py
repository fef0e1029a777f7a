"""The application that the tests of the web ask."""

from tests.core.web.careless import careless_house
from tests.core.web.house import house

__all__ = ["careless_house", "house"]
