"""Cards, order of need, and what the start says when something is wrong with a plugin's folder."""

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from core.errors import LuwteError
from core.plugin_host import discovery
from core.plugin_host.card import RESERVED, PluginCard, read_card
from core.plugin_host.discovery import find_plugins, in_order_of_need
from core.testing.throwaway import Workshop

CARD = 'name = "tea"\nentry_point = "PACKAGE"\nversion = "1"\napi_version = 1\n'


def _card(name: str, *requires: str) -> PluginCard:
    return PluginCard(name, f"plugins.{name}", "1", 1, requires, None)  # type: ignore[arg-type]  # no folder is read


def _sentence(error: pytest.ExceptionInfo[LuwteError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    return text


def test_a_card_tells_name_package_version_and_needs(workshop: Workshop) -> None:
    folder = workshop.write("tea", card=CARD + 'requires = ["water"]\n')
    card = read_card(folder)
    assert (card.name, card.package, card.version, card.requires) == ("tea", folder.name, "1", ("water",))
    assert card.hooks_module == f"{folder.name}.hooks"
    assert card.supposed_addresses == {"site": ("/tea",), "workplace": ("/tea",)}


def test_a_card_may_tell_where_its_pages_begin(workshop: Workshop) -> None:
    card = workshop.plugin("tea", card=CARD + '[addresses]\nsite = ["/here", "/cups/large"]\n')
    assert card.supposed_addresses == {"site": ("/here", "/cups/large")}


@pytest.mark.parametrize(
    "text, said",
    [
        ('name = "tea', "cannot be read as TOML"),
        ('name = "tea"\n', "entry_point"),
        (CARD + 'colour = "green"\n', "colour"),
        (CARD + '[addresses]\nsite = ["/"]\n', "addresses.site.0"),
        (CARD + '[addresses]\nsite = ["tea"]\n', "addresses.site.0"),
        (CARD + '[addresses]\nconsole = ["/tea"]\n', "addresses.console"),
        (CARD.replace('"tea"', '"Tea!"'), "name"),
        (CARD.replace('"tea"', '"tea_pot"'), "name"),
        (CARD.replace("api_version = 1", 'api_version = "one"'), "api_version"),
        (CARD.replace("api_version = 1", "api_version = 2"), "made for API version 2, this Luwte speaks 1"),
        *((CARD.replace('"tea"', f'"{name}"'), f"cannot be named {name}") for name in sorted(RESERVED)),
    ],
)
def test_a_card_with_a_fault_is_told_in_one_sentence(workshop: Workshop, text: str, said: str) -> None:
    with pytest.raises(LuwteError) as error:
        read_card(workshop.write("tea", card=text))
    assert said in _sentence(error)


def test_a_folder_without_a_card_or_with_odd_bytes_is_told_too(workshop: Workshop) -> None:
    folder = workshop.write("tea")
    (folder / "plugin.toml").write_bytes(b'name = "\xff\xfe"')
    with pytest.raises(LuwteError, match="cannot be read as TOML"):
        read_card(folder)
    (folder / "plugin.toml").unlink()
    with pytest.raises(LuwteError, match=r"has no plugin\.toml"):
        read_card(folder)


def test_plugins_come_after_what_they_require() -> None:
    cards = [_card("a", "c"), _card("b"), _card("c", "d", "b"), _card("d")]
    assert [card.name for card in in_order_of_need(cards)] == ["d", "b", "c", "a"]


def test_an_absent_requirement_is_named() -> None:
    with pytest.raises(LuwteError, match="Plugin a requires plugin water, which is not installed"):
        in_order_of_need([_card("a", "water")])


@pytest.mark.parametrize(
    "cards, circle",
    [
        ([_card("a", "a")], "a → a"),
        ([_card("a", "b"), _card("b", "c"), _card("c", "a")], "a → b → c → a"),
    ],
)
def test_a_circle_of_requirements_is_shown(cards: list[PluginCard], circle: str) -> None:
    with pytest.raises(LuwteError, match=circle):
        in_order_of_need(cards)


def _installed(monkeypatch: pytest.MonkeyPatch, *points: tuple[str, str]) -> None:
    named = [EntryPoint(name, package, discovery.GROUP) for name, package in points]

    def entry_points(**_: Any) -> list[EntryPoint]:
        return named

    monkeypatch.setattr(discovery, "entry_points", entry_points)


def test_installed_plugins_are_found_by_their_entry_points(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    tea, water = workshop.write("tea"), workshop.write("water")
    _installed(monkeypatch, ("water", water.name), ("tea", tea.name))
    assert [card.name for card in find_plugins()] == ["tea", "water"]
    assert find_plugins()[0].folder == tea


def test_a_plugin_that_is_half_gone_or_wrongly_installed_is_named(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    _installed(monkeypatch, ("tea", "no_such_package_at_all"))
    with pytest.raises(LuwteError, match="Plugin tea cannot be found in no_such_package_at_all"):
        find_plugins()
    _installed(monkeypatch, ("coffee", workshop.write("tea").name))
    with pytest.raises(LuwteError, match=r"Plugin coffee: plugin\.toml says tea"):
        find_plugins()
    bare = workshop.write("bare")
    (bare / "__init__.py").unlink()
    _installed(monkeypatch, ("bare", bare.name))
    with pytest.raises(LuwteError, match=r"Plugin bare has no __init__\.py"):
        find_plugins()


def test_the_installed_plugins_of_this_repository_are_in_order() -> None:
    seen: set[str] = set()
    for card in find_plugins():
        assert set(card.requires) <= seen
        seen.add(card.name)
    folder = Path(__file__).resolve().parents[3] / "plugins"
    assert {card.parent.name for card in folder.glob("[!_]*/plugin.toml")} <= seen
