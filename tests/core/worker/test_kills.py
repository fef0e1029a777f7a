"""A worker that is killed at any moment loses no event, and after it everything is told in order."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.configuration import Configuration
from core.testing.database import Database
from tests.core.worker.house import House, happened_so_far, house_of, until

ROOT = Path(__file__).resolve().parents[3]
KILLS = int(os.environ.get("LUWTE_FAULT_KILLS", "2"))
"""Each costs the time that a killed worker's lease still holds; `make faults` asks for more of them."""
EVENTS = 30 * (KILLS + 1)

PROCESS = """
import json, sys, threading, time
from pathlib import Path
from core.configuration import Configuration
from core.clock import utc_now
from core.events.outbox import tell
from core.plugin_host.card import read_card
from core.tenancy.session import tenant_session
from core.testing.installations import make_installation
from core.worker.worker import Worker
from tests.core.worker.house import happened_so_far

given = json.loads(sys.argv[1])
cards = [read_card(Path(folder)) for folder in given["plugins"]]
installation = make_installation(Configuration(**given["configuration"]), utc_now, cards)
happened = installation.plugins.plugins["teller"].events[0].schema
worker = Worker(installation)
worker.start()
tenant = installation.directory.by_slug("a")
for number in range(happened_so_far(installation, tenant.id), given["events"]):
    with tenant_session(installation.engine, tenant.id) as session, session.begin():
        tell(session, happened(number))
    time.sleep(0.02)
time.sleep(600)
"""


@contextmanager
def begun(house: House) -> Iterator[subprocess.Popen[bytes]]:
    """A process that lets things happen, one after another, and has a worker; killed in the end."""
    plugins = house.installation.plugins.plugins.values()
    given = {
        "configuration": house.installation.configuration.model_dump(mode="json"),
        "plugins": [str(plugin.card.folder) for plugin in plugins],
        "events": EVENTS,
    }
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(ROOT)])}
    command = [sys.executable, "-P", "-c", PROCESS, json.dumps(given)]
    with subprocess.Popen(command, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def first_times(numbers: list[int]) -> list[int]:
    return list(dict.fromkeys(numbers))


@pytest.mark.fault
def test_killed_at_random_moments_it_tells_everything_in_order(
    database: Database, configuration: Configuration, tmp_path: Path
) -> None:
    chance = random.Random(11)
    with house_of(configuration, tmp_path, limit=3) as house:
        for _ in range(KILLS):
            heard = len(house.heard())
            with begun(house):
                until(lambda heard=heard: len(house.heard()) > heard)  # type: ignore[misc]
                time.sleep(chance.uniform(0, 0.6))
        with begun(house):
            until(lambda: happened_so_far(house.installation, house.tenants["a"]) == EVENTS and not house.waiting())
        for plugin in ("left", "right"):
            assert first_times(house.heard(plugin)) == list(range(EVENTS))
        assert len({(line[0], line[3]) for line in house.lines()}) == EVENTS * 2
