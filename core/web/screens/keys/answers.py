"""What the pages with keys ask by script, and what they get to read when something is not done."""

from collections.abc import Mapping
from typing import Any

from core.crypto.sealing import SealingRefused
from core.identity.staff_identity import StaffIdentity
from core.keys.refused import KeysRefused
from core.web.request import Request

Refused = SealingRefused | KeysRefused


def signed_in(request: Request) -> StaffIdentity:
    """Who asks."""
    if request.staff is None:
        raise LookupError("the permission let somebody in who is not signed in")
    return request.staff


def field(request: Request, name: str) -> str:
    """What came in a field; nothing for a field that did not come."""
    return str(request.POST.get(name, ""))


def refused(request: Request, code: str) -> dict[str, Any]:
    """A refusal: nothing was done, and the page shows the sentence."""
    request.response.status_int = 409
    sentences = _sentences(request)
    return {"error": code, "sentence": sentences.get(code, sentences["other"])}


def _sentences(request: Request) -> Mapping[str, str]:
    return {**_of_lists(request), **_of_helpers(request), **_of_coordinators(request)}


def _of_lists(request: Request) -> Mapping[str, str]:
    t = request.t
    changed = t(
        "keys.refused.changed", "Somebody changed the list of keys a moment ago. Open this page anew, and try again."
    )
    return {
        **dict.fromkeys(("list_taken", "version_gap", "rolled_back", "forked"), changed),
        "no_list": t("keys.refused.no_list", "Your organisation has no key yet. A coordinator makes it first."),
        "other": t("keys.refused.other", "That did not work. Nothing was changed. Open this page anew, and try again."),
    }


def _of_helpers(request: Request) -> Mapping[str, str]:
    t = request.t
    return {
        "unknown_helper": t(
            "keys.refused.not_signed", "Your key is not ready yet. Ask your coordinator to approve it."
        ),
        "expired": t(
            "keys.refused.expired", "Your key does not count any more. Ask your coordinator to approve it again."
        ),
        "revoked": t(
            "keys.refused.revoked", "Your key was withdrawn. Make a new one, and ask your coordinator to approve it."
        ),
        "not_yet": t("keys.refused.clock", "The clock of this computer is not right. Set it, and open this page anew."),
        "shift_open": t(
            "keys.refused.shift_open", "Your shift is still open in another browser. Stop there first, or give it up."
        ),
        "has_identity": t("keys.refused.has_identity", "You have a key already. Open this page anew."),
    }


def _of_coordinators(request: Request) -> Mapping[str, str]:
    t = request.t
    return {
        "no_such_helper": t(
            "keys.refused.no_such_helper", "This helper has made another key meanwhile. Open this page anew."
        ),
        "no_such_coordinator": t(
            "keys.refused.no_such_coordinator", "This colleague is no coordinator here any more. Choose another."
        ),
        "nothing_waits": t("keys.refused.nothing_waits", "No new key waits any more. Open this page anew."),
        "demo_root": t(
            "keys.refused.demo_root",
            "A key for trying out is in the way. Ask whoever looks after the installation to take it away first.",
        ),
    }
