"""The houses whose requests are looked at."""

from tests.core.developer.walking import walk
from tests.core.web.house import house

__all__ = ["house", "walk"]
