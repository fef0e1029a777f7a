"""Who is here is found out before the request's own transaction: on SQLite one of the two would wait for the other."""

from transaction import TransactionManager

from core.audit.record import record
from core.identity.services.sessions import TOUCH_EVERY
from core.web.request import Request
from tests.core.identity.cheap import cheap_passwords
from tests.core.web.screens.identity.office import Office, office

__all__ = ["cheap_passwords", "office"]


def test_a_request_that_writes_can_still_ask_who_is_here(office: Office) -> None:
    window = office.window()
    answer = window.sign_in()
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    office.clock.advance(seconds=TOUCH_EVERY.total_seconds())
    request = Request.blank("/", base_url=window.origin, headers={"Cookie": cookie}, POST={})
    request.registry = {"luwte.installation": office.installation}
    request.tm = TransactionManager(explicit=True)
    request.tm.begin()
    record(request.db, office.a.id, "test.deed")
    request.db.flush()
    assert request.staff
    assert request.staff.name == "noor"
    request.tm.commit()
    assert office.deeds()[-1] == "test.deed"
