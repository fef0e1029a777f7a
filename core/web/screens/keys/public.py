"""The public lists of keys: files, on every host of the organisation and of its portal, for anybody to compare."""

import gzip
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response

from core.i18n.formats import time_of_day, weekday_in_words
from core.keys.lists import PublicLists
from core.tenancy.tenant import Tenant
from core.web.assets import Asset, asset_response
from core.web.request import Request


def newest(request: Request) -> Response:
    """The number of the version that counts now, and of the one that waits until it does."""
    tenant, lists = _owner(request), lists_of(request)
    version = lists.newest(tenant.id, _now(request))
    if version is None:
        raise HTTPNotFound
    waiting = lists.waiting(tenant.id)
    found = {"version": version, "waiting": waiting.version if waiting else None}
    return Response(json_body=found, cache_control="no-cache")


def version(request: Request) -> Response:
    """One version, for ever the same. One that does not count is not there."""
    tenant, lists, number = _owner(request), lists_of(request), _number(request.matchdict["version"])
    newest_one = lists.newest(tenant.id, _now(request))
    text = lists.text(tenant.id, number) if newest_one and number <= newest_one else None
    return _file(request, text, immutable=True)


def waiting(request: Request) -> Response:
    """The list that does not count yet: staff's browsers see it, and count the 24 hours themselves."""
    tenant, lists = _owner(request), lists_of(request)
    known = lists.waiting(tenant.id) if lists.newest(tenant.id, _now(request)) else None
    return _file(request, known.path.read_bytes() if known else None, immutable=False)


def keys_address(request: Request, tenant: Tenant | None = None) -> str:
    """Where a page of this host finds the public lists of its organisation, or of another that it speaks for."""
    return f"/keys/{(tenant or request.tenant).id}/"


def lists_of(request: Request) -> PublicLists:
    """The public lists of this installation."""
    return PublicLists.of(request.installation.configuration)


def new_key_counts_from(request: Request) -> str | None:
    """From when a new key counts that nobody vouches for, in words; None: none waits."""
    found = lists_of(request).waiting(request.tenant.id)
    if found is None:
        return None
    moment = datetime.fromtimestamp(found.counts_from, UTC)
    return f"{weekday_in_words(moment, request.language)}, {time_of_day(moment, request.language)}"


def _owner(request: Request) -> Tenant:
    """The organisation of the address, when it is the one of this host or a region of it."""
    try:
        asked = UUID(request.matchdict["organisation"])
    except ValueError:
        raise HTTPNotFound from None
    found = request.installation.directory.by_id(asked)
    if found is None or str(asked) != request.matchdict["organisation"]:
        raise HTTPNotFound
    if request.tenant.id not in (found.id, found.parent_id):
        raise HTTPNotFound
    return found


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9 or text.startswith("0"):
        raise HTTPNotFound
    return int(text)


def _file(request: Request, text: bytes | None, *, immutable: bool) -> Any:
    if text is None:
        raise HTTPNotFound
    return asset_response(request, Asset(text, gzip.compress(text, 6, mtime=0), "application/json"), immutable)


def _now(request: Request) -> int:
    return int(request.installation.clock().timestamp())
