"""A service's door, asked with what a page brings in its form: `work`, or the `ticket` of somebody who waited."""

from typing import Any

from core.anonymity.door import Knock
from core.web.request import Request


def work_first(request: Request, action: str, starts_a_minute: int) -> dict[str, Any] | None:
    """What this page is asked to do before somebody may begin, as `core/door.js` reads it; None: they come in.

    `action` names what is begun ("chat.start"); `starts_a_minute` is how many beginnings an organisation has in a busy
    but ordinary minute. Never ask it of somebody who comes back to what they began, nor of who says to be in danger.
    """
    brought = {name: request.POST.get(name, "") for name in ("work", "ticket")}
    texts = {name: value for name, value in brought.items() if isinstance(value, str)}
    knock = Knock(request.tenant.id, action, request.visitor, **texts)
    asked = request.installation.door.ask(knock, starts_a_minute)
    return None if asked is None else asked.as_json()
