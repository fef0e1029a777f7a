"""The Pyramid security policy: permissions for the staff of this organisation, at its workplace or the console."""

from typing import Any

from pyramid.interfaces import ISecurityPolicy
from pyramid.request import Request
from pyramid.security import Allowed, Denied
from zope.interface import implementer

from core.access.table import Permissions

_STAFF_PLACES = frozenset({"workplace", "console"})


@implementer(ISecurityPolicy)
class StaffSecurityPolicy:
    """Answers from `request.staff`, `request.tenant` and `request.place` alone; the table is handed in."""

    def __init__(self, permissions: Permissions) -> None:
        """`permissions` is the table of core and all plugins."""
        self._permissions = permissions

    def identity(self, request: Request) -> Any:
        """The signed-in member of staff, or None."""
        return request.staff

    def authenticated_userid(self, request: Request) -> str | None:
        """The id of the member of staff whose screen is open; None for a locked one."""
        staff = request.staff
        return str(staff.id) if staff is not None and not staff.locked else None

    def permits(self, request: Request, _context: Any, permission: str) -> Allowed | Denied:
        """Yes for staff of this very organisation, on a host for staff, whose roles the table names; else no."""
        staff = request.staff if request.place in _STAFF_PLACES else None
        if staff is None or staff.tenant_id != request.tenant.id or not self._permissions.may(staff, permission):
            return Denied("%s is not for this visitor", permission)
        return Allowed("%s", permission)

    def remember(self, _request: Request, _userid: str, **_: Any) -> list[tuple[str, str]]:
        """No headers: the sign-in screen gives the cookie itself, with a session that can be ended."""
        return []

    def forget(self, _request: Request, **_: Any) -> list[tuple[str, str]]:
        """No headers: the sign-out screen ends the session itself."""
        return []
