"""The page in a browser, with something wrong on it: the plain page is among all that P10 looks at."""

import pytest

from core.testing.browser import Visit
from tests.core.web.screens.settings.house import Seats
from tests.core.web.screens.settings.test_look import database_kind, faults, open_page, port

pytestmark = pytest.mark.browser

__all__ = ["database_kind", "port"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_fault_is_accessible(visit: Visit, seats: Seats, port: int, scheme: str) -> None:
    page = open_page(visit, seats, port, "portal", "/bewaren", color_scheme=scheme)
    assert faults(page) == []
    page.fill("#number-core-staff", "99")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    assert faults(page) == []
