"""The first page, reading by theme, who runs this site, and where staff arrive."""

from collections.abc import Mapping
from typing import Any

from pyramid.httpexceptions import HTTPNotFound

from core.web.contributions import home_blocks, start_actions
from core.web.left_out import left_out_here
from core.web.request import Request
from core.web.screens.keys.public import new_key_counts_from


def home(request: Request) -> Mapping[str, Any]:
    """The first page of a site: a welcome, one big button, three steps, reading, the phone."""
    return {
        "start_actions": start_actions(request),
        "home_blocks": home_blocks(request),
        "left_out": left_out_here(request),
        "pages": request.tenant.pages_in(request.language),
    }


def page(request: Request) -> Mapping[str, Any]:
    """One page of reading, with the way to talk about it beside it."""
    wanted = request.tenant.page(request.matchdict["page"], request.language)
    if wanted is None:
        raise HTTPNotFound
    others = [other for other in request.tenant.pages_in(request.language) if other.slug != wanted.slug]
    return {"page": wanted, "others": others, "start_actions": start_actions(request)}


def about(request: Request) -> Mapping[str, Any]:
    """Who runs this site, what it knows of its visitors and what it cannot promise."""
    return {}


def workplace(request: Request) -> Mapping[str, Any]:
    """Where staff arrive: what they can go to from here, and what could not be started."""
    return {"left_out": left_out_here(request), "new_key_from": new_key_counts_from(request)}
