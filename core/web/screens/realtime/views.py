"""Gives a page a token for one realtime connection: valid for a minute, used once, for this organisation alone."""

from core.access.realtime_tokens import issue
from core.web.request import Request


def seeker_token(request: Request) -> dict[str, str]:
    """A token for the browser session of a help seeker, which begins here when there is none yet."""
    installation = request.installation
    key = request.seeker.ensure()
    return {"token": issue(installation.keys, installation.clock, request.tenant.id, "seeker", key, None)}


def staff_token(request: Request) -> dict[str, str]:
    """A token for the member of staff who is signed in."""
    installation, staff = request.installation, request.staff
    if staff is None:
        raise LookupError("the permission let somebody in who is not signed in")
    token = issue(
        installation.keys, installation.clock, request.tenant.id, "staff", str(staff.id), str(staff.session_id)
    )
    return {"token": token}
