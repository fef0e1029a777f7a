"""Installations for tests check their plugins against the core, as each start does."""

from pathlib import Path

import pytest

from core.configuration import Configuration
from core.errors import LuwteError
from core.testing.clocks import FixedClock
from core.testing.installations import make_installation
from core.testing.throwaway import workshop_in

ROUTE = """
from core.api import Permission, Route, hookimpl

@hookimpl
def declare_permissions():
    return (Permission("tea.drink", frozenset({{"{role}"}}), "Drink."),)

@hookimpl
def declare_routes():
    return (Route("tea.page", "{path}", dict, places=("{place}",), {who}),)
"""


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(
    "path, place, who, role, said",
    [
        ("/aanmelden", "workplace", "public=True", "helper", "which the core has already (identity.sign_in)"),
        ("/plug-ins", "console", "permission='tea.drink'", "helper", "which the core has already (console.plugins)"),
        ("/tea", "site", "public=True", "cook", "is given to cook, a role that does not exist"),
    ],
)
def test_what_the_core_would_refuse_at_a_start_it_refuses_here(
    configuration: Configuration, clock: FixedClock, tmp_path: Path, path: str, place: str, who: str, role: str,
    said: str,
) -> None:  # fmt: skip
    hooks = ROUTE.format(path=path, place=place, who=who, role=role)
    with workshop_in(tmp_path / "plugins") as workshop, pytest.raises(LuwteError) as refused:
        make_installation(configuration, clock, [workshop.plugin("tea", hooks)])
    assert said in str(refused.value)
