"""A plugin that is not right stops the start in development and in CI; in production it is left out, loudly."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from core.errors import LuwteError
from core.plugin_host.left_out import LeftOut
from core.testing.throwaway import Workshop, workshop_in
from core.web import plugins

BROKEN = "from core.api import hookimpl\n\n@hookimpl\ndef declare_routes():\n    return 1\n"
SENTENCE = "Plugin tea: declare_routes must return a tuple of values, not int."


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    with workshop_in(tmp_path / "plugins") as opened:
        yield opened


def configured(environment: str, *, strict: bool = False) -> Any:
    return SimpleNamespace(environment=environment, strict_plugins=strict)


@pytest.mark.parametrize("environment, strict", [("development", False), ("production", True)])
def test_a_fault_stops_the_start(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, environment: str, strict: bool
) -> None:
    cards = (workshop.plugin("tea", BROKEN),)
    monkeypatch.setattr(plugins, "find_plugins", lambda left_out: cards)
    with pytest.raises(LuwteError, match=r"Plugin tea: declare_routes must return"):
        plugins.load_plugins(configured(environment, strict=strict))


def test_in_production_it_is_left_out_and_told(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    cards = (workshop.plugin("tea", BROKEN), workshop.plugin("milk"))
    monkeypatch.setattr(plugins, "find_plugins", lambda left_out: cards)
    with capture_logs() as logs:
        host = plugins.load_plugins(configured("production"))
    assert list(host.plugins) == ["milk"]
    assert host.left_out == {"tea": LeftOut(SENTENCE, {"site": ("/tea",), "workplace": ("/tea",)})}
    assert [(line["log_level"], line["plugin"], line["reason"]) for line in logs] == [("error", "tea", SENTENCE)]
