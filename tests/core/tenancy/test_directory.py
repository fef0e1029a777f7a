"""The directory: hosts, states, and changes that every process learns of."""

import threading
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from core.configuration import Configuration
from core.errors import LuwteError
from core.tenancy.changes import set_value, switch_plugin
from core.tenancy.directory import Directory
from core.tenancy.session import network_session
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.organisations import TwoTenants, add_tenant


def places(directory: Directory, *hosts: str) -> list[tuple[str, str] | None]:
    found = [directory.find_host(host) for host in hosts]
    return [(match.tenant.slug, match.place) if match else None for match in found]


def change(database: Database, tenants: TwoTenants, key: str, value: object) -> None:
    with network_session(database.engine, "test") as session, session.begin():
        set_value(session, tenants.a.id, key, value)


@pytest.fixture
def polling(tenants: TwoTenants) -> Iterator[Directory]:
    tenants.directory.start()
    yield tenants.directory
    tenants.directory.stop()


def test_each_organisation_has_two_hosts(tenants: TwoTenants) -> None:
    directory = tenants.directory
    assert places(directory, "a.localhost", "A-WERK.localhost", "b.localhost.", "b-werk.localhost") == [
        ("a", "site"),
        ("a", "workplace"),
        ("b", "site"),
        ("b", "workplace"),
    ]
    assert places(directory, "nobody.localhost", "localhost", "example.org", "") == [None] * 4


def test_network_domain_shows_the_start_tenant(database: Database, tenants: TwoTenants) -> None:
    configuration = Configuration(database=database.url, start_tenant="b", network_domain="net.test")
    directory = Directory(database.engine, configuration, FixedClock())
    assert places(directory, "net.test", "b.net.test", "a.net.test") == [("b", "site"), ("b", "site"), ("a", "site")]


def test_console_and_neutral_page_are_the_networks(database: Database, tenants: TwoTenants) -> None:
    add_tenant(database.engine, "console", kind="network")
    tenants.directory.refresh()
    assert places(tenants.directory, "console.localhost", "kalender.localhost", "console-werk.localhost") == [
        ("console", "console"),
        ("console", "neutral"),
        None,
    ]
    elsewhere = Configuration(database=database.url, neutral_url="https://www.example.org")
    assert Directory(database.engine, elsewhere, FixedClock()).find_host("kalender.localhost") is None


def test_circle_has_no_host(database: Database, tenants: TwoTenants) -> None:
    add_tenant(database.engine, "kring", kind="circle")
    tenants.directory.refresh()
    assert places(tenants.directory, "kring.localhost", "kring-werk.localhost") == [None, None]


@pytest.mark.parametrize(
    "state,site,meant",
    [("draft", None, "draft"), ("suspended", ("a", "site"), "suspended"), ("what?", ("a", "site"), "suspended")],
)
def test_state_decides_which_hosts_answer(
    database: Database, tenants: TwoTenants, state: str, site: tuple[str, str] | None, meant: str
) -> None:
    change(database, tenants, "state", state)
    tenants.directory.refresh()
    assert places(tenants.directory, "a.localhost", "a-werk.localhost") == [site, ("a", "workplace")]
    found = tenants.directory.by_slug("a")
    assert found is not None
    assert found.state == meant


def test_own_domains_come_first_and_a_host_claimed_twice_stays_with_the_first(
    database: Database, tenants: TwoTenants
) -> None:
    change(database, tenants, "hosts.site", ["www.a.example", "b.localhost"])
    change(database, tenants, "hosts.workplace", "werk.a.example")
    tenants.directory.refresh()
    a = tenants.directory.by_id(tenants.a.id)
    assert a is not None
    assert a.site_hosts[0] == "www.a.example"
    assert places(tenants.directory, "www.a.example", "werk.a.example", "a-werk.localhost", "b-werk.localhost") == [
        ("a", "site"),
        ("a", "workplace"),
        None,
        ("b", "workplace"),
    ]
    assert places(tenants.directory, "b.localhost") == [("a", "site")]


def test_unknown_ids_and_slugs_are_nobodys(tenants: TwoTenants) -> None:
    assert tenants.directory.by_id(uuid4()) is None
    assert tenants.directory.by_slug("c") is None


def test_nothing_is_read_anew_while_nothing_changed(database: Database, tenants: TwoTenants) -> None:
    before = tenants.directory.all()
    assert tenants.directory.refresh() is False
    assert tenants.directory.all() is before
    change(database, tenants, "name", "Anders")
    assert tenants.directory.refresh() is True
    assert tenants.a.name == "A"
    found = tenants.directory.by_slug("a")
    assert found is not None
    assert found.name == "Anders"


def test_change_elsewhere_is_heard_without_asking(database: Database, tenants: TwoTenants, polling: Directory) -> None:
    heard = threading.Event()
    polling.listen(heard.set)
    with network_session(database.engine, "test") as session, session.begin():
        switch_plugin(session, tenants.a.id, "chat", on=True)
    assert heard.wait(60)
    found = polling.by_slug("a")
    assert found is not None
    assert found.plugins == {"chat"}


def test_what_is_known_outlives_the_database(database: Database, tenants: TwoTenants, polling: Directory) -> None:
    heard = threading.Event()
    polling.listen(heard.set)
    before = polling._snapshot
    real, polling._engine = polling._engine, None  # type: ignore[assignment]
    polling.wake()
    time.sleep(0.05)
    assert polling._snapshot is before
    polling._engine = real
    change(database, tenants, "name", "Anders")
    polling.wake()
    assert heard.wait(60)


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_process_that_connects_as_the_owner_is_refused(database: Database, configuration: Configuration) -> None:
    with pytest.raises(LuwteError, match="organisations would not be kept apart"):
        Directory(database.owner, configuration, FixedClock()).start()
