"""Which member of staff a request comes from: the session cookie of the workplace or the console."""

from typing import Any

from core.identity.services.presence import who_is_here
from core.identity.staff_identity import StaffIdentity
from core.web.cookies import expire_cookie, read_cookie, set_cookie

COOKIE = "staff"
_PLACES = frozenset({"workplace", "console"})


def staff_cookie(request: Any) -> str | None:
    """The session cookie that came with the request, on a host for staff; None elsewhere."""
    return read_cookie(request, COOKIE) if request.place in _PLACES else None


def staff_of(request: Any) -> StaffIdentity | None:
    """Who is signed in at this organisation's workplace (at the network's console); None for everybody else."""
    cookie = staff_cookie(request)
    if cookie is None or request.known_tenant is None:
        return None
    house = request.installation
    return who_is_here(house.engine, house.keys, house.clock, request.tenant.id, cookie)


def give_staff_cookie(request: Any, response: Any, cookie: str) -> None:
    """Let the browser be the one that signed in. Lax: a link in a colleague's message may lead to the workplace."""
    set_cookie(request, response, COOKIE, cookie, "Lax")


def take_staff_cookie(request: Any, response: Any) -> None:
    """The browser forgets its session; whoever calls this has ended it."""
    expire_cookie(request, response, COOKIE)
