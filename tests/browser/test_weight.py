"""What the first page costs somebody with an old phone and little data, and the server the machine that it runs on."""

import time
from pathlib import Path

import pytest

from core.testing.browser import Visit
from core.testing.server import ROOT, RunningServer
from core.testing.weight import memory_of, wire_bytes

pytestmark = pytest.mark.browser

LANDING = 60 * 1024
MEMORY = 200 * 1024 * 1024
SETTLED = 10.0
"""Seconds after the first page at which memory is looked at."""
PHONE = {"width": 360, "height": 740}


@pytest.mark.parametrize("organisation", sorted(path.parent.name for path in ROOT.glob("tenants/*/tenant.toml")))
def test_the_landing_page_is_light(visit: Visit, shared_server: RunningServer, organisation: str) -> None:
    parts = wire_bytes(visit(viewport=PHONE), shared_server.address(f"{organisation}.localhost"))
    assert len(parts) >= 4, "the page, its styles and its script were asked for"
    assert sum(parts.values()) <= LANDING, parts


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="only Linux tells what a process holds")
def test_the_embedded_server_is_modest(running_server: RunningServer) -> None:
    answer, _ = running_server.get("luisterboom.localhost")
    assert answer.status == 200
    time.sleep(SETTLED)
    assert memory_of(running_server.pid) <= MEMORY
