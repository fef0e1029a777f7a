"""A hook that is about to go is told at each start, and plugins say which API they need."""

import pytest

from core.errors import LuwteError
from core.hookspecs.declarations import Declarations
from core.hookspecs.deprecated import DEPRECATED, Deprecation
from core.hookspecs.occasions import Occasions
from core.plugin_host import deprecations
from core.plugin_host.card import API_MINOR, API_VERSION, read_card
from core.plugin_host.host import PluginHost
from core.testing.throwaway import Workshop

HOOKS = "from core.api import hookimpl\n\n@hookimpl\ndef declare_routes():\n    return ()\n\ndef declare_jobs(): ...\n"
GOING = Deprecation("1.1", "2", "use declare_pages.")


def test_who_uses_a_hook_that_goes_is_told(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deprecations, "DEPRECATED", {"declare_routes": GOING, "declare_jobs": GOING})
    host = PluginHost([workshop.plugin("tea", HOOKS), workshop.plugin("milk")])
    assert host.announcements == ["Plugin tea uses declare_routes, which goes with API 2: use declare_pages."]


def test_what_is_announced_exists() -> None:
    assert all(hasattr(Declarations, hook) or hasattr(Occasions, hook) for hook in DEPRECATED)


@pytest.mark.parametrize("needed", ["1", '"1"', '"1.0"', f'"{API_VERSION}.{API_MINOR}"'])
def test_a_plugin_that_needs_this_api_or_an_older_one_fits(workshop: Workshop, needed: str) -> None:
    card = f'name = "tea"\nentry_point = "PACKAGE"\nversion = "1"\napi_version = {needed}\n'
    assert workshop.plugin("tea", card=card).api_version == needed.strip('"')


@pytest.mark.parametrize("needed", ["2", '"2.0"', f'"{API_VERSION}.{API_MINOR + 1}"'])
def test_a_plugin_that_needs_a_newer_api_does_not_fit(workshop: Workshop, needed: str) -> None:
    card = f'name = "tea"\nentry_point = "PACKAGE"\nversion = "1"\napi_version = {needed}\n'
    with pytest.raises(LuwteError, match="made for API version"):
        read_card(workshop.write("tea", card=card))
