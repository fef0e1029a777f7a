"""What the identity forms may hold, and how their faults are told."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from core.identity.names import MAX_NAME, MAX_PASSWORD
from core.identity.services.sign_in import Refusal, SignInDesk
from core.web.request import Request

ATTEMPTS = "60 per 15 minutes"
"""Passwords that one place on the network may try, for all names together: a whole shift may sign in behind one
address. Guessing at one name is slowed long before that (core.identity.services.throttle)."""
_OWN_PATH = re.compile(r"/(?:[A-Za-z0-9_-][A-Za-z0-9/_-]*)?")


def desk(request: Request) -> SignInDesk:
    """Where passwords of this installation's staff are checked."""
    house = request.installation
    return SignInDesk(house.engine, house.keys, house.clock)


def field(request: Request, name: str) -> str:
    """What was typed in a field of the form; nothing for a field that did not come."""
    return str(request.POST.get(name, ""))


def way_on(request: Request) -> str:
    """The page of this host to go on to (`verder`), the first page by default; never another host's."""
    asked = str(request.params.get("verder", ""))
    return asked if _OWN_PATH.fullmatch(asked) else "/"


def missing(request: Request, name: str, password: str) -> dict[str, str]:
    """A sentence for each field that cannot be used as it is, before anything is checked."""
    faults = {}
    if not name.strip() or len(name) > MAX_NAME:
        faults["name"] = request.t("identity.fault.name", "Fill in your sign-in name.")
    if not password or len(password) > MAX_PASSWORD:
        faults["password"] = request.t("identity.fault.password", "Fill in your password.")
    return faults


def too_many(request: Request) -> dict[str, str] | None:
    """A sentence when this place on the network tried too much; it is told before any name is looked at."""
    if request.visitor.hit("sign-in", ATTEMPTS):
        return None
    return _wait(request, 15)


def refused(request: Request, refusal: Refusal) -> dict[str, str]:
    """Why nobody was let in, the same for every name."""
    if refusal.wait_until is not None:
        return _wait(request, _minutes(refusal.wait_until - request.installation.clock()))
    return {
        "password": request.t(
            "identity.fault.wrong", "This name and password do not belong together. Check both and try again."
        )
    }


def shown(request: Request, faults: Mapping[str, str], **values: Any) -> dict[str, Any]:
    """What a form's template gets; an answer with faults says so in its status."""
    if faults:
        request.response.status_int = 429 if "wait" in faults else 422
    return {"faults": faults, "way_on": way_on(request), **values}


def _minutes(wait: timedelta) -> int:
    return max(1, -(-int(wait.total_seconds()) // 60))


def _wait(request: Request, minutes: int) -> dict[str, str]:
    sentence = request.t.plural(
        "identity.fault.wait",
        "There were too many attempts. Wait {n} minute, then try again.",
        "There were too many attempts. Wait {n} minutes, then try again.",
        n=minutes,
    )
    return {"wait": sentence}
