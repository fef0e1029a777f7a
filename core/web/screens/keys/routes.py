"""Addresses of the public lists of keys, of a helper's shift, and of the organisation's key."""

from core.hookspecs.values import NavigationItem, Place, Route
from core.web.screens.keys import helper, organisation, public

_BOTH: tuple[Place, ...] = ("site", "workplace")
_WORK: tuple[Place, ...] = ("workplace",)
_SHIFT, _KEEP = "core.have_shift", "core.keep_keys"

ROUTES = (
    Route("keys.newest", "/keys/{organisation}/newest.json", public.newest, places=_BOTH, public=True, private=False),
    Route(
        "keys.waiting", "/keys/{organisation}/waiting.json", public.waiting, places=_BOTH, public=True, private=False
    ),
    Route("keys.list", "/keys/{organisation}/{version}.json", public.version, places=_BOTH, public=True, private=False),
    Route("keys.shift", "/dienst", helper.page, places=_WORK, permission=_SHIFT, template="keys/shift.html.jinja2"),
    Route("keys.state", "/dienst/stand", helper.state, places=_WORK, permission=_SHIFT, template="json"),
    Route(
        "keys.make_identity",
        "/dienst/sleutel",
        helper.make_identity,
        places=_WORK,
        methods=("POST",),
        permission=_SHIFT,
        template="json",
    ),
    Route(
        "keys.begin_shift",
        "/dienst/begin",
        helper.begin,
        places=_WORK,
        methods=("POST",),
        permission=_SHIFT,
        template="json",
    ),
    Route(
        "keys.end_shift",
        "/dienst/stop",
        helper.end,
        places=_WORK,
        methods=("POST",),
        permission=_SHIFT,
        template="json",
    ),
    Route(
        "keys.organisation",
        "/sleutels",
        organisation.page,
        places=_WORK,
        permission=_KEEP,
        template="keys/organisation.html.jinja2",
    ),
    Route("keys.desk", "/sleutels/stand", organisation.state, places=_WORK, permission=_KEEP, template="json"),
    Route(
        "keys.publish",
        "/sleutels/lijst",
        organisation.publish_list,
        places=_WORK,
        methods=("POST",),
        permission=_KEEP,
        template="json",
    ),
    Route(
        "keys.copy",
        "/sleutels/kopie",
        organisation.copy,
        places=_WORK,
        methods=("POST",),
        permission=_KEEP,
        template="json",
    ),
    Route(
        "keys.withdraw",
        "/sleutels/tegenhouden",
        organisation.withdraw_new,
        places=_WORK,
        methods=("POST",),
        permission=_KEEP,
        template="json",
    ),
)
NAVIGATION = (
    NavigationItem("keys.shift", "keys.shift.navigation", "My shift", permission=_SHIFT, order=5),
    NavigationItem("keys.organisation", "keys.organisation.navigation", "Keys", permission=_KEEP, order=890),
)
