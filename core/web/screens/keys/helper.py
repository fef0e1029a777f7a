"""A helper's shift: their key on the first day, "I begin" and "I stop" on every other."""

from typing import Any

from core.crypto.sealing import SealingRefused, forms
from core.crypto.sealing.encoding import to_text
from core.i18n.formats import time_of_day
from core.identity.passphrase import word_list
from core.keys.refused import KeysRefused
from core.keys.schemas import wrapped_key
from core.keys.services.identity import identity_of, keep_identity
from core.keys.services.shifts import begin_shift, end_shift, shift_of
from core.web.assets import AssetStore
from core.web.request import Request
from core.web.screens.identity.forms import way_on
from core.web.screens.keys.answers import field, refused, signed_in
from core.web.screens.keys.public import keys_address, lists_of, new_key_counts_from

WORKER = "vendor/hash-wasm/argon2id.worker.js"


def page(request: Request) -> dict[str, Any]:
    """The page; what it shows, its script decides by the state and the public list."""
    config = {**script_config(request), "way_on": way_on(request)}
    return {"config": config, "new_key_from": new_key_counts_from(request)}


def state(request: Request) -> dict[str, Any]:
    """The helper's wrapped key and open shift, as far as there are any."""
    staff, now = signed_in(request), request.installation.clock()
    own, shift = identity_of(request.db, staff.id), shift_of(request.db, staff.id, now)
    return {
        "now": int(now.timestamp()),
        "identity": {"public": to_text(own.public), "wrapped": to_text(own.wrapped)} if own else None,
        "shift": {"id": str(shift.id), "until": time_of_day(shift.ends, request.language)} if shift else None,
    }


def make_identity(request: Request) -> dict[str, Any]:
    """Keeps the key that the helper's page made and wrapped."""
    staff, now = signed_in(request), request.installation.clock()
    try:
        public, wrapped = forms.public_key(field(request, "public")), wrapped_key(field(request, "wrapped"))
        keep_identity(request.db, staff.id, public, wrapped, now, anew=field(request, "anew") == "yes")
    except (SealingRefused, KeysRefused) as refusal:
        return refused(request, refusal.code)
    return {}


def begin(request: Request) -> dict[str, Any]:
    """Registers the certificate of a shift, whose keys lie in the helper's browser."""
    staff, now = signed_in(request), request.installation.clock()
    anew = field(request, "anew") == "yes"
    try:
        shift = begin_shift(request.db, lists_of(request), staff.id, field(request, "certificate"), now, anew=anew)
    except (SealingRefused, KeysRefused) as refusal:
        return refused(request, refusal.code)
    return {"id": str(shift.id), "ends": int(shift.ends.timestamp())}


def end(request: Request) -> dict[str, Any]:
    """Ends the shift, unless a plugin says that something of it is still open."""
    staff = signed_in(request)
    sentence = stays_open(request)
    if sentence is not None:
        request.response.status_int = 409
        return {"error": "in_use", "sentence": sentence}
    end_shift(request.db, staff.id, request.installation.clock())
    return {}


def stays_open(request: Request) -> str | None:
    """Why the shift may not end now, in a sentence; None: it may."""
    plugins = request.installation.plugins
    refusal = plugins.first_refusal("allow_shift_to_end", request.tenant, request=request)
    return request.t(refusal.key, refusal.sentence) if refusal else None


def script_config(request: Request) -> dict[str, Any]:
    """What the scripts of the pages with keys work with."""
    assets: AssetStore = request.registry["luwte.assets"]
    return {
        "tenant": str(request.tenant.id),
        "staff": str(signed_in(request).id),
        "address": keys_address(request),
        "csrf": request.csrf_token,
        "worker": assets.url(WORKER),
        "words": word_list(),
    }
