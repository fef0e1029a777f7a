"""What plugins hold about people is handed over and erased, switched off or not, and nobody else's."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from core.configuration import Configuration
from core.installation import Installation
from core.privacy.personal_data import Desk, Erased
from core.privacy.personal_data import _plain as plain
from core.tenancy.session import tenant_session
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.example_models import ExampleOwner
from core.testing.installations import make_installation
from core.testing.organisations import add_tenant
from core.testing.throwaway import workshop_in

HOOKS = """
from datetime import timedelta
from sqlalchemy import delete, select
from core.api import PersonalData, Retention, hookimpl
from core.testing.example_models import ExampleOwner


def export(session):
    for owner in session.scalars(select(ExampleOwner).order_by(ExampleOwner.name)):
        yield {"id": owner.id, "name": owner.name}


def erase(session):
    query = delete(ExampleOwner).where(ExampleOwner.name != "stubborn").returning(ExampleOwner.id)
    return len(session.scalars(query).all())


@hookimpl
def declare_models():
    return (ExampleOwner,)


@hookimpl
def declare_retention():
    return (Retention("example.owners", "Owners.", timedelta(days=1), lambda s, before: 0, (ExampleOwner,)),)


@hookimpl
def declare_personal_data():
    return (PersonalData("example.owners", "Owners by name.", (ExampleOwner,), export, erase),)
"""


@pytest.fixture
def installation(
    database: Database, configuration: Configuration, clock: FixedClock, tmp_path: Path
) -> Iterator[Installation]:
    """`on` has the plugin, `off` has switched it off; both have an Anna, and a Ben of their own."""
    for slug in ("on", "off"):
        add_tenant(database.engine, slug, plugins=["example"] if slug == "on" else [], clock=clock)
    with workshop_in(tmp_path / "plugins") as workshop, capture_logs():
        made = make_installation(configuration, clock, [workshop.plugin("example", HOOKS)])
        for tenant in made.directory.all():
            with tenant_session(made.engine, tenant.id) as session, session.begin():
                session.add_all([ExampleOwner(name="Anna"), ExampleOwner(name=f"Ben of {tenant.slug}")])
        yield made
        made.engine.dispose()


def names(installation: Installation, slug: str) -> list[str]:
    tenant = installation.directory.by_slug(slug)
    assert tenant is not None
    with tenant_session(installation.engine, tenant.id) as session, session.begin():
        return list(session.scalars(select(ExampleOwner.name).order_by(ExampleOwner.name)))


def parts(installation: Installation, slug: str) -> Any:
    tenant, plugin = installation.directory.by_slug(slug), installation.plugins.plugins["example"]
    desk = Desk(installation.engine, installation.keys, installation.clock)
    return SimpleNamespace(tenant=tenant, plugin=plugin, desk=desk)


@pytest.mark.parametrize("slug", ["on", "off"])
def test_an_export_holds_all_of_one_organisation_and_nothing_of_another(installation: Installation, slug: str) -> None:
    it = parts(installation, slug)
    rows = [json.loads(line) for line in it.desk.export_lines([it.tenant], [it.plugin])]
    assert {(row["organisation"], row["plugin"], row["kind"]) for row in rows} == {(slug, "example", "example.owners")}
    assert [row["row"]["name"] for row in rows] == ["Anna", f"Ben of {slug}"]
    assert all(UUID(row["row"]["id"]) for row in rows)


@pytest.mark.parametrize("slug,other", [("on", "off"), ("off", "on")])
def test_erasing_takes_all_of_one_organisation_and_nothing_of_another(
    installation: Installation, slug: str, other: str
) -> None:
    it = parts(installation, slug)
    assert it.desk.erase(it.tenant, it.plugin) == [Erased("example.owners", 2, 0)]
    assert names(installation, slug) == []
    assert names(installation, other) == ["Anna", f"Ben of {other}"]


def test_what_an_erasure_leaves_behind_is_told(installation: Installation) -> None:
    it = parts(installation, "on")
    with tenant_session(installation.engine, it.tenant.id) as session, session.begin():
        session.add(ExampleOwner(name="stubborn"))
    assert it.desk.erase(it.tenant, it.plugin) == [Erased("example.owners", 2, 1)]


class Colour(Enum):
    """One of a few."""

    RED = "red"


@pytest.mark.parametrize(
    "value,text",
    [
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        (timedelta(minutes=1), 60.0),
        (b"\x00\xff", "AP8="),
        (Colour.RED, "red"),
        ({"b", "a"}, ["a", "b"]),
    ],
)
def test_values_that_json_does_not_know_are_written_plainly(value: object, text: object) -> None:
    assert plain(value) == text


def test_a_value_that_cannot_be_written_is_an_error() -> None:
    with pytest.raises(TypeError, match="cannot be exported"):
        plain(object())
