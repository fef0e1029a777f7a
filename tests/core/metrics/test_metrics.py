"""Figures of a process: what they tell, to whom, and what they never tell."""

import http.client
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from uuid import uuid4

import pytest

from core.errors import LuwteError
from core.events.models import OutboxEvent
from core.installation import Installation
from core.metrics.listener import TRIED, Listener, start_metrics
from core.tenancy.session import tenant_session
from core.testing.server import free_ports
from tests.core.web.careless import LIVE, site
from tests.core.web.house import House


def with_port(house: House, port: int | None) -> Installation:
    configuration = house.installation.configuration.model_copy(update={"metrics_port": port})
    return replace(house.installation, configuration=configuration)


@pytest.fixture(name="listener")
def _listener(careless_house: House) -> Iterator[Listener]:
    listener = start_metrics(with_port(careless_house, free_ports(1)[0]))
    assert listener is not None
    yield listener
    listener.stop()


def ask(port: int, path: str = "/metrics", host: str = "127.0.0.1", method: str = "GET") -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path, headers={"Host": f"{host}:{port}"})
        answer = connection.getresponse()
        assert answer.status >= 500 or answer.getheader("Cache-Control") == "no-store"
        return answer.status, answer.read().decode()


def value(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found, f"{name} is not told"
    return float(found[1])


def test_hooks_are_told_with_their_faults_and_pauses(careless_house: House, listener: Listener) -> None:
    for _ in range(4):
        careless_house.ask(site(LIVE))
    _, text = ask(listener.port)
    raising = '{occasion="add_home_blocks",plugin="raising"}'
    assert value(text, f"luwte_hook_calls_total{raising}") == 3
    assert value(text, f"luwte_hook_faults_total{raising}") == 3
    assert value(text, f"luwte_hook_paused{raising}") == 1
    slow = '{occasion="add_home_blocks",plugin="slow"}'
    assert value(text, f"luwte_hook_over_budget_total{slow}") == 3
    assert value(text, f"luwte_hook_seconds_total{slow}") >= 0.09
    assert value(text, f"luwte_hook_slowest_seconds{slow}") >= 0.03
    assert 0.03 <= value(text, f"luwte_hook_median_seconds{slow}") <= value(text, f"luwte_hook_p95_seconds{slow}")
    assert value(text, 'luwte_hook_paused{occasion="add_home_blocks",plugin="tidy"}') == 0


def test_parts_of_the_process_tell_of_themselves(careless_house: House, listener: Listener) -> None:
    careless_house.installation.gauges["journal_waiting"] = lambda: 7
    _, text = ask(listener.port)
    assert value(text, "luwte_journal_waiting") == 7
    assert value(text, "luwte_jobs_failing") == 0
    assert value(text, "luwte_plugins_left_out") == 0
    assert value(text, "process_resident_memory_bytes") > 0


def test_events_that_wait_are_told_by_plugin_and_not_by_organisation(careless_house: House, listener: Listener) -> None:
    house, now = careless_house.installation, careless_house.clock()
    facts = {"name": "tidy.done", "version": 1, "payload": "{}", "at": now, "position": 1}
    for tenant in house.directory.all():
        with tenant_session(house.engine, tenant.id) as session, session.begin():
            session.add(OutboxEvent(event_id=uuid4(), plugin="tidy", **facts))
            session.add(OutboxEvent(event_id=uuid4(), plugin="tidy", set_aside_at=now, **facts))
    _, text = ask(listener.port)
    assert value(text, 'luwte_events_waiting{plugin="tidy"}') == len(house.directory.all())
    assert value(text, 'luwte_events_set_aside{plugin="tidy"}') == len(house.directory.all())


def test_nothing_is_told_of_organisations_addresses_or_what_errors_say(
    careless_house: House, listener: Listener
) -> None:
    careless_house.ask(site(LIVE))
    _, text = ask(listener.port)
    for word in (LIVE, "netjes", "203.0.113.9", "secret", "127.0.0.1", "Noor"):
        assert word not in text


@pytest.mark.parametrize("path, host", [("/", "127.0.0.1"), ("/metrics/", "localhost"), ("/metrics", "evil.example")])
def test_it_answers_this_machine_under_one_address(listener: Listener, path: str, host: str) -> None:
    assert ask(listener.port, path, host) == (404, "")


def test_it_reads_only(listener: Listener) -> None:
    assert ask(listener.port, method="POST")[0] == 501


def test_it_listens_on_the_loopback_alone_and_logs_nothing(
    listener: Listener, capfd: pytest.CaptureFixture[str]
) -> None:
    assert listener.server_address[0] == "127.0.0.1"
    assert ask(listener.port, host="localhost")[0] == 200
    assert capfd.readouterr().err == ""


def test_each_process_takes_the_next_port(careless_house: House, listener: Listener) -> None:
    second = start_metrics(with_port(careless_house, listener.port))
    assert second is not None
    assert listener.port < second.port < listener.port + TRIED
    second.stop()


def test_without_a_port_nothing_listens(careless_house: House) -> None:
    assert start_metrics(with_port(careless_house, None)) is None


def test_no_free_port_is_said_in_one_sentence(careless_house: House) -> None:
    with closing(socket.create_server(("127.0.0.1", 65535))), pytest.raises(LuwteError, match="65535"):
        start_metrics(with_port(careless_house, 65535))
