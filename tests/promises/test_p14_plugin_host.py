"""P14, the host's side: a careless plugin's hooks are paused and reported; its neighbours answer as before.

Thirty seconds of sleep are tried in tests/core/plugin_host/test_hanging.py, floods over sockets in
tests/core/realtime/test_careless.py, of events in tests/core/events/, of the log in tests/core/anonymity/, the whole
application in tests/careless/.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count, pairwise
from statistics import quantiles
from textwrap import dedent
from time import perf_counter, sleep
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from core.hookspecs.occasions import occasion_names
from core.plugin_host.asking import Contribution, Failed
from core.plugin_host.budgets import FAULTS, NEVER_PAUSED, BudgetNews, Budgets
from core.plugin_host.host import PluginHost
from core.tenancy.session import TenantSession, tenant_session
from core.testing.database import Database
from core.testing.example_models import ExamplePet
from core.testing.organisations import TwoTenants
from core.testing.throwaway import Workshop, workshop_in

pytestmark = pytest.mark.promise_p14

GOOD = dedent("""
    from markupsafe import Markup

    from core.api import HomeBlock, hookimpl

    @hookimpl
    def add_home_blocks(request):
        return (HomeBlock(Markup("<p>Somebody is there</p>")),)
""")
CARELESS = dedent("""
    from core.api import hookimpl

    @hookimpl
    def OCCASION(request):
        return request()
""")
BUDGET = 0.05


@dataclass(frozen=True)
class Organisation:
    """As much of an organisation as asking needs."""

    slug: str = "luisterboom"
    plugins: frozenset[str] = frozenset({"careless", "good"})


def _raises() -> None:
    raise ValueError("a canary that may not be told")


def _is_slow() -> None:
    sleep(2 * BUDGET)


def _floods() -> Any:
    return count()


def _answers_nonsense() -> Any:
    return object()


@pytest.fixture
def workshop(tmp_path: Any) -> Any:
    with workshop_in(tmp_path / "plugins") as opened:
        yield opened


def _host(workshop: Workshop, occasion: str) -> tuple[PluginHost, list[BudgetNews]]:
    cards = [workshop.plugin("careless", CARELESS.replace("OCCASION", occasion)), workshop.plugin("good", GOOD)]
    host, news = PluginHost(cards, budgets=Budgets(BUDGET)), list[BudgetNews]()
    host.budgets.hear(news.append)
    return host, news


PAUSED = sorted(n for n in occasion_names() - NEVER_PAUSED if n.startswith(("add_", "allow_")))


@pytest.mark.parametrize("fault", [_raises, _is_slow, _floods, _answers_nonsense], ids=lambda fault: fault.__name__[1:])
@pytest.mark.parametrize("occasion", PAUSED)
def test_a_careless_hook_is_paused_and_reported(
    workshop: Workshop, occasion: str, fault: Callable[[], Any], promise_report: Callable[[str], None]
) -> None:
    host, news = _host(workshop, occasion)
    asked: list[int] = []

    def careless() -> Any:
        asked.append(1)
        return fault()

    until = 0
    while not any(one.what == "paused" for one in news):  # after FAULTS of them; at once where the machine made it hang
        host.contributions(occasion, Organisation(), request=careless)
        until += 1
        assert until <= FAULTS
    found = host.contributions(occasion, Organisation(), request=careless)
    assert Failed("careless", paused=True) in found
    assert len(asked) == until, "it is asked no more"
    assert "canary" not in repr(news)
    promise_report(f"{occasion} that {fault.__name__[1:]}: paused after {until} faults, reported")


@pytest.mark.parametrize("occasion", sorted(NEVER_PAUSED))
def test_the_way_to_a_human_is_asked_each_time(workshop: Workshop, occasion: str) -> None:
    host, news = _host(workshop, occasion)
    for _ in range(2 * FAULTS):
        assert host.contributions(occasion, Organisation(), request=_raises) == [Failed("careless")]
    assert [one.what for one in news] == ["raised"] * (2 * FAULTS)


def test_neighbours_are_as_fast_after_the_pause(workshop: Workshop, promise_report: Callable[[str], None]) -> None:
    host, _ = _host(workshop, "add_home_blocks")
    alone, both = Organisation(plugins=frozenset({"good"})), Organisation()
    for _ in range(FAULTS):
        host.contributions("add_home_blocks", both, request=_is_slow)
    alone_p95, both_p95 = (_p95(host, tenant) for tenant in (alone, both))
    assert both_p95 - alone_p95 < 0.001, "a paused plugin costs a page nothing that anybody could feel"
    promise_report(f"p95 beside a paused plugin {1e6 * both_p95:.1f} µs, without it {1e6 * alone_p95:.1f} µs")


def _p95(host: PluginHost, tenant: Organisation) -> float:
    took = []
    for _ in range(2000):
        began = perf_counter()
        found = host.contributions("add_home_blocks", tenant, request=_is_slow)
        took.append(perf_counter() - began)
        assert [one.plugin for one in found if isinstance(one, Contribution)] == ["good"]
    return quantiles(took, n=20)[-1]


def test_database_time_is_bounded_and_the_page_goes_on(
    workshop: Workshop, database: Database, tenants: TwoTenants, promise_report: Callable[[str], None]
) -> None:
    host, news = _host(workshop, "add_footer_links")
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        session.add_all(ExamplePet(name=f"pet {n}") for n in range(40))
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        began = perf_counter()
        found = host.contributions("add_footer_links", Organisation(), request=lambda: _count_for_ever(session))
        took = perf_counter() - began
        assert found == [Failed("careless")]
        assert took < 5, "without a bound it takes minutes"
        assert session.scalar(select(func.count()).select_from(ExamplePet)) == 40
    assert [one.what for one in news] == ["raised"]
    promise_report(f"an endless statement on {database.engine.dialect.name} was stopped after {1000 * took:.0f} ms")


def _count_for_ever(session: TenantSession) -> Any:
    pets = [aliased(ExamplePet) for _ in range(8)]
    counted = select(func.count()).select_from(pets[0])
    for before, pet in pairwise(pets):
        counted = counted.join(pet, pet.name != before.name)
    return session.scalar(counted)
