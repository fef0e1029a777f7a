"""The organisation's key, in a coordinator's hands: made, copied, renewed; helpers' keys signed and withdrawn."""

from typing import Any

from core.crypto.sealing import SealingRefused, forms
from core.crypto.sealing.encoding import to_text
from core.identity.models import Staff
from core.identity.roles import COORDINATOR, HELPER
from core.identity.services.staff import all_staff
from core.keys.models import IdentityKey, RootKeyCopy
from core.keys.refused import KeysRefused
from core.keys.schemas import LONGEST_LIST, copies
from core.keys.services.identity import all_identities
from core.keys.services.root import add_copies, all_copies, publish, withdraw
from core.web.request import Request
from core.web.screens.keys.answers import field, refused, signed_in
from core.web.screens.keys.helper import script_config
from core.web.screens.keys.public import lists_of, new_key_counts_from


def page(request: Request) -> dict[str, Any]:
    """The page; what it shows, its script decides by the state and the public list."""
    return {"config": script_config(request)}


def state(request: Request) -> dict[str, Any]:
    """Who coordinates and who helps, their keys, the copies of the organisation's key, and what waits."""
    staff, now = signed_in(request), int(request.installation.clock().timestamp())
    people = [row for row in all_staff(request.db) if row.active]
    kept, made = all_copies(request.db), all_identities(request.db)
    return {
        "now": now,
        "copies": [_copy(row, staff.id) for row in kept],
        "coordinators": [_person(row) for row in people if COORDINATOR in row.roles],
        "helpers": [_helper(row, made.get(row.id)) for row in people if HELPER in row.roles],
        "new_key_counts_from": new_key_counts_from(request),
    }


def publish_list(request: Request) -> dict[str, Any]:
    """Takes a list that the coordinator's page signed, with copies of its key where that is a new one."""
    staff, now, text = signed_in(request), request.installation.clock(), field(request, "list")
    try:
        _refuse_long(text)
        new = copies(field(request, "copies") or "[]")
        waiting = publish(request.db, lists_of(request), text, new, staff.id, now)
    except (SealingRefused, KeysRefused) as refusal:
        return refused(request, refusal.code)
    return {"counts_from": waiting.counts_from if waiting else None}


def copy(request: Request) -> dict[str, Any]:
    """Keeps one more copy of the organisation's key: a second coordinator's, the one on paper, or under new words."""
    staff, now = signed_in(request), request.installation.clock()
    try:
        root, new = forms.public_key(field(request, "root")), copies(field(request, "copies") or "[]")
        add_copies(request.db, lists_of(request), root, new, staff.id, now)
    except (SealingRefused, KeysRefused) as refusal:
        return refused(request, refusal.code)
    return {}


def withdraw_new(request: Request) -> dict[str, Any]:
    """Stops a new key that nobody vouched for, before it counts."""
    try:
        withdraw(request.db, lists_of(request), signed_in(request).id, request.installation.clock())
    except KeysRefused as refusal:
        return refused(request, refusal.code)
    return {}


def _refuse_long(text: str) -> None:
    if len(text) > LONGEST_LIST:
        raise SealingRefused("malformed")


def _copy(row: RootKeyCopy, me: Any) -> dict[str, Any]:
    """One's own copy comes along; of others', that they are there."""
    mine = row.staff_id is None or row.staff_id == me
    holder = str(row.staff_id) if row.staff_id else None
    return {"holder": holder, "root": to_text(row.public), "wrapped": to_text(row.wrapped) if mine else None}


def _person(row: Staff) -> dict[str, Any]:
    return {"id": str(row.id), "name": row.alias, "sign_in": row.name}


def _helper(row: Staff, key: IdentityKey | None) -> dict[str, Any]:
    return {**_person(row), "public": to_text(key.public) if key else None}
