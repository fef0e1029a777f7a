"""Settings at the console: for all organisations together, and for each of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.response import Response

from core.settings.desk import seat_at
from core.tenancy.directory import Directory
from core.tenancy.settings import standing, value_key
from core.tenancy.tenant import Tenant
from core.web.request import Request
from core.web.screens.settings.forms import answer, page

SHOWN = 100
"""Organisations on one page; a search finds the others."""


def settings(request: Request) -> Mapping[str, Any] | Response:
    """Without `organisatie` in the address the list of organisations; with it its forms, and what becomes of one."""
    directory = request.installation.directory
    directory.refresh()
    slug = str(request.GET.get("organisatie", ""))
    if not slug:
        return {"seat": None, "failed": None, "unfit": list(_unfit(request)), **_found(request)}
    tenant = directory.by_slug(slug)
    if tenant is None:
        raise HTTPNotFound
    return _of(request, directory, tenant)


def _of(request: Request, directory: Directory, tenant: Tenant) -> Mapping[str, Any] | Response:
    seat = seat_at(directory, tenant, network=True)
    everything = frozenset(request.installation.plugins.plugins)
    plugins = everything if tenant.kind == "network" else tenant.plugins
    if request.method != "POST":
        return page(request, seat, plugins) | {"saved": "bewaard" in request.GET}
    shown = answer(request, seat, plugins)
    if shown is not None:
        return shown | {"saved": False}
    way = {"organisatie": tenant.slug, "bewaard": "ja"}
    return HTTPSeeOther(location=request.route_path("settings.console", _query=way))


def _found(request: Request) -> dict[str, Any]:
    """The organisations whose name holds what is looked for."""
    wanted = str(request.GET.get("zoek", "")).strip()
    every = [tenant for tenant in request.installation.directory.all() if tenant.kind == "organisation"]
    found = [tenant for tenant in every if wanted.casefold() in f"{tenant.name} {tenant.slug}".casefold()]
    return {"organisations": found[:SHOWN], "more": max(0, len(found) - SHOWN), "wanted": wanted}


def _unfit(request: Request) -> Iterator[tuple[Tenant, str]]:
    """Stored values that no longer fit, each with whose it is and its name."""
    for tenant in request.installation.directory.all():
        for name, plugin in request.installation.plugins.plugins.items():
            for setting in plugin.settings:
                stored = value_key(name, setting.name) in tenant.values and not setting.secret
                if stored and standing(setting, name, [tenant.values]).unfit:
                    yield tenant, f"{name}.{setting.name}"
