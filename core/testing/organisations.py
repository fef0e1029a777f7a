"""Organisations for tests."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine

from core.clock import Clock, utc_now
from core.configuration import Configuration
from core.tenancy.changes import set_value, switch_plugin
from core.tenancy.directory import Directory
from core.tenancy.models import TenantRow
from core.tenancy.session import network_session
from core.tenancy.tenant import Kind, Tenant


@dataclass(frozen=True, slots=True)
class TwoTenants:
    """Two organisations that must never meet, and the directory that knows them."""

    a: Tenant
    b: Tenant
    directory: Directory


def add_tenant(
    engine: Engine,
    slug: str,
    *,
    kind: Kind = "organisation",
    plugins: Iterable[str] = (),
    clock: Clock = utc_now,
    **values: Any,
) -> None:
    """Store an organisation. `values` are facts by key with `__` for the dot: `phone__number="0800 1"`."""
    facts = {"name": slug.title(), "state": "live", "languages": ["nl", "en"], "operator": "Test"} | values
    with network_session(engine, "test") as session, session.begin():
        row = TenantRow(id=uuid4(), slug=slug, kind=kind, created_at=clock())
        session.add(row)
        session.flush()
        for key, value in facts.items():
            set_value(session, row.id, key.replace("__", "."), value)
        for plugin in plugins:
            switch_plugin(session, row.id, plugin, on=True)


def two_tenants(engine: Engine, configuration: Configuration, clock: Clock, plugins: Iterable[str] = ()) -> TwoTenants:
    """Store two live organisations named `a` and `b` with these plugins on."""
    for slug in ("a", "b"):
        add_tenant(engine, slug, plugins=plugins, clock=clock)
    directory = Directory(engine, configuration, clock)
    a, b = directory.by_slug("a"), directory.by_slug("b")
    assert a is not None
    assert b is not None
    return TwoTenants(a, b, directory)
