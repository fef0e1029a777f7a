"""Requests for tests of single parts of the web: the real request class on an installation without a database."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from pyramid.registry import Registry

from core.crypto import KeyRing
from core.web.request import Request

_PLACES = {"luisterboom": "site", "luisterboom-werk": "workplace", "console": "console", "kalender": "neutral"}


def make_request(
    folder: Path, host: str = "luisterboom.localhost:6543", scheme: str = "http", **headers: str
) -> Request:
    """A POST to a host of luisterboom (or another), by a browser with these headers (`Sec_Fetch_Site="…"`)."""
    plain = {name.replace("_", "-"): value for name, value in headers.items()}
    request: Request = Request.blank("/", base_url=f"{scheme}://{host}", headers=plain, POST={})
    request.registry = Registry()
    request.registry["luwte.installation"] = _installation(folder, scheme)
    return request


def answer(request: Request) -> dict[str, str]:
    """The cookies that the answer to the request sets, by name, with their attributes."""
    response = request.response
    request._process_response_callbacks(response)
    lines = response.headers.getall("Set-Cookie")
    return {line.partition("=")[0]: line.partition("=")[2] for line in lines}


def _installation(folder: Path, scheme: str) -> Any:
    return SimpleNamespace(
        keys=KeyRing(folder),
        configuration=SimpleNamespace(public_scheme=scheme),
        directory=SimpleNamespace(find_host=_find_host),
    )


def _find_host(host: str) -> Any:
    name = host.partition(".")[0]
    tenant = SimpleNamespace(id=uuid5(NAMESPACE_DNS, name.removesuffix("-werk")))
    place = _PLACES.get(name, "site" if host.endswith(".localhost") else None)
    return SimpleNamespace(tenant=tenant, place=place) if place else None
