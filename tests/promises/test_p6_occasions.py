"""P6: on an occasion only the plugins of the organisation at hand are asked, with that organisation's session."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.hookspecs.occasions import occasion_names
from core.identity.roles import HELPER
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.examples import routes_of
from tests.promises.isolation import REGION, WITHOUT, A, B, Network, arguments_of, open_network

pytestmark = pytest.mark.promise_p6

CORE = Path(__file__).resolve().parents[2] / "core"
ALL = (A, REGION, B, WITHOUT)


@pytest.fixture
def network(database: Database, tmp_path: Path, clock: FixedClock) -> Iterator[Network]:
    with open_network(database, tmp_path, clock) as opened:
        yield opened


def asked_by_core() -> set[str]:
    """The occasions that some screen of the core asks."""
    rooms = ("hookspecs", "plugin_host")
    code = "".join(
        path.read_text("utf-8") for path in CORE.rglob("*.py") if path.relative_to(CORE).parts[0] not in rooms
    )
    return {name for name in occasion_names() if f'"{name}"' in code}


def visit_everything(network: Network, slug: str) -> None:
    """Opens every page and sends every form: of an organisation's site as a seeker, of its workplace as a helper."""
    for _, route in routes_of(network.installation.plugins):
        for place in {"site", "workplace"} & {*route.places} if "{" not in route.path else ():
            host = f"{slug}.localhost" if place == "site" else f"{slug}-werk.localhost"
            cookie = "s" * 43 if place == "site" else network.cookie(slug, HELPER, new=True)
            named, token = f"{'seeker' if place == 'site' else 'staff'}={cookie}", network.form_token(host, cookie)
            for method in route.methods:
                assert network.ask(host, method, route.path, named, token).status < 500


def test_on_every_page_an_occasion_is_for_the_plugins_of_its_own_organisation(
    network: Network, promise_report: Callable[[str], None]
) -> None:
    told = set()
    for slug in ALL:
        network.nosy.told.clear()
        visit_everything(network, slug)
        here = {(name, whose, session) for name, whose, session in network.nosy.told}
        assert {(whose, session) for _, whose, session in here} == (
            set() if slug == WITHOUT else {(slug, network.tenant(slug).id)}
        )
        told |= {name for name, _, _ in here}
    assert asked_by_core() <= told, "an occasion that no visit of a page brings about: open what does, here"
    promise_report(f"{len(told)} occasions on {network.installation.engine.dialect.name}: own plugins and session only")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_no_way_of_asking_reaches_a_plugin_that_is_off(network: Network) -> None:
    plugins, told = network.installation.plugins, network.nosy.told
    for slug in ALL:
        tenant = network.tenant(slug)
        nosy_alone = SimpleNamespace(slug=slug, plugins=tenant.plugins & {"nosy"})
        request = SimpleNamespace(tenant=tenant, db=SimpleNamespace(tenant_id=tenant.id))
        for occasion in sorted(occasion_names()):
            told.clear()
            given: dict[str, Any] = {**dict.fromkeys(arguments_of(occasion)), "request": request}
            plugins.collect(occasion, nosy_alone.plugins, **given)
            plugins.contributions(occasion, nosy_alone, **given)
            plugins.first_refusal(occasion, nosy_alone, **given)
            assert told == ([] if slug == WITHOUT else [(occasion, slug, tenant.id)] * 3)
