"""How long things stay: the default, what an organisation chose, what the network allows at most."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.configuration import Configuration
from core.errors import LuwteError
from core.hookspecs.values import Retention
from core.privacy.limits import Limit, check, choose, duration, keep_backups, limit_of, parts, said
from core.privacy.retention import FIVE_YEARS, core_retention
from core.tenancy.directory import Directory
from core.tenancy.tenant import Tenant
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.organisations import TwoTenants, add_tenant

DAY = timedelta(days=1)
NOTES = Retention("tea.notes", "", 30 * DAY, lambda session, before: 0, shortest=DAY)
ROOMY = Retention("tea.cups", "", 30 * DAY, lambda session, before: 0, shortest=DAY, longest=90 * DAY)
FIXED = Retention("tea.now", "", timedelta(), lambda session, before: 0)


class Network:
    """Two organisations under a network, whose choices are stored as they are from the pages."""

    def __init__(
        self, database: Database, tenants: TwoTenants, configuration: Configuration, clock: FixedClock
    ) -> None:
        add_tenant(database.engine, "console", kind="network", clock=clock)
        self.database, self.clock, self.tenants = database, clock, tenants
        self.directory = Directory(database.engine, configuration, clock)

    def tenant(self, slug: str) -> Tenant:
        self.directory.refresh()
        found = self.directory.by_slug(slug)
        assert found is not None
        return found

    def limit(self, rule: Retention, slug: str = "a") -> Limit:
        tenant = self.tenant(slug)
        return limit_of(rule, tenant, self.directory.network)

    def choose(self, rule: Retention, length: timedelta | None, slug: str = "a") -> None:
        choose(self.database.engine, self.tenant(slug), self.limit(rule, slug), length, uuid4(), self.clock)


@pytest.fixture
def network(database: Database, tenants: TwoTenants, configuration: Configuration, clock: FixedClock) -> Network:
    return Network(database, tenants, configuration, clock)


def test_an_organisation_may_shorten_for_itself(network: Network) -> None:
    assert network.limit(NOTES).holds == 30 * DAY
    network.choose(NOTES, 7 * DAY)
    assert (network.limit(NOTES).holds, network.limit(NOTES, "b").holds) == (7 * DAY, 30 * DAY)
    network.choose(NOTES, None)
    assert network.limit(NOTES).holds == 30 * DAY


def test_the_network_sets_the_cap_for_all(network: Network) -> None:
    network.choose(NOTES, 20 * DAY)
    network.choose(NOTES, 10 * DAY, "console")
    assert [network.limit(NOTES, slug).holds for slug in ("a", "b", "console")] == [10 * DAY] * 3
    with pytest.raises(LuwteError, match=r"tea\.notes may stay for 1 day to 10 days"):
        network.choose(NOTES, 11 * DAY)
    network.choose(NOTES, 2 * DAY)
    assert network.limit(NOTES).holds == 2 * DAY
    network.choose(NOTES, None, "console")
    assert (network.limit(NOTES).holds, network.limit(NOTES, "b").holds) == (2 * DAY, 30 * DAY)


def test_a_cap_above_the_default_is_room_and_no_longer_default(network: Network) -> None:
    with pytest.raises(LuwteError, match="1 day to 30 days"):
        network.choose(ROOMY, 60 * DAY)
    network.choose(ROOMY, 60 * DAY, "console")
    assert network.limit(ROOMY).holds == 30 * DAY
    network.choose(ROOMY, 60 * DAY)
    assert network.limit(ROOMY).holds == 60 * DAY
    with pytest.raises(LuwteError, match="1 day to 90 days"):
        network.choose(ROOMY, 91 * DAY, "console")


def test_what_has_no_room_is_nobodys_choice(network: Network) -> None:
    for slug in ("a", "console"):
        assert not network.limit(FIXED, slug).may_change
        with pytest.raises(LuwteError, match="nobody chooses that"):
            network.choose(FIXED, DAY, slug)


def test_a_choice_that_does_not_fit_is_passed_over(database: Database, network: Network, clock: FixedClock) -> None:
    for slug, text in (("c", "soon"), ("d", "1 minute"), ("e", "99 years"), ("f", "3 days")):
        values: dict[str, Any] = {"keep__tea.notes": text}
        add_tenant(database.engine, slug, clock=clock, **values)
    assert [network.limit(NOTES, slug).holds for slug in "cdef"] == [30 * DAY, 30 * DAY, 30 * DAY, 3 * DAY]


def test_backups_stay_for_a_month_unless_the_network_says_else(
    database: Database, configuration: Configuration
) -> None:
    assert keep_backups(None) == 30 * DAY
    values: dict[str, Any] = {"keep__core.backups": "7 days"}
    add_tenant(database.engine, "console", kind="network", **values)
    assert keep_backups(Directory(database.engine, configuration, FixedClock()).network) == 7 * DAY


def test_each_default_of_the_core_can_be_said_and_chosen() -> None:
    for rule in core_retention():
        assert rule.keep <= rule.most
        if rule.shortest < rule.keep:
            check(Limit(rule, rule.keep, rule.keep, None), duration(said(rule.keep)))
    assert said(FIVE_YEARS) == "5 years"


@given(st.integers(1, 999), st.sampled_from(["minute", "hour", "day", "week", "year"]))
def test_a_length_that_is_said_is_read_back(number: int, unit: str) -> None:
    length = duration(f"{number} {unit}s")
    assert duration(said(length)) == length
    assert parts(length)[0] <= max(number, number * 7 if unit == "week" else 0, number * 366)


@pytest.mark.parametrize("text", ["", "soon", "0 days", "-1 day", "1.5 days", "10", "days", "1 month", "1 day\n2"])
def test_what_is_no_length_gets_a_sentence(text: str) -> None:
    with pytest.raises(LuwteError, match="write it like 10 minutes"):
        duration(text)
