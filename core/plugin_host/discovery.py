"""Finding plugins: installed distributions name them in the entry point group `luwte.plugins`."""

from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from core.errors import LuwteError
from core.plugin_host.card import PluginCard, read_card
from core.plugin_host.left_out import Addresses, LeftOut, usual_addresses

GROUP = "luwte.plugins"


def find_plugins(left_out: dict[str, LeftOut] | None = None) -> tuple[PluginCard, ...]:
    """The cards of all installed plugins, each after the plugins that it requires.

    Raises LuwteError when a card is broken or a required plugin is absent; given `left_out`, that plugin is put
    there instead, by name.
    """
    cards = []
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        try:
            cards.append(_card_of(point.name, point.value))
        except LuwteError as error:
            _put(left_out, point.name, error, usual_addresses(point.name))
    return in_order_of_need(cards, left_out)


def _put(left_out: dict[str, LeftOut] | None, name: str, error: LuwteError, addresses: Addresses) -> None:
    if left_out is None:
        raise error
    left_out[name] = LeftOut(str(error), addresses)


def _card_of(name: str, package: str) -> PluginCard:
    try:
        module = import_module(package)
    except ImportError:
        raise LuwteError(f"Plugin {name} cannot be found in {package}: install it anew, or uninstall it.") from None
    if module.__file__ is None:
        raise LuwteError(
            f"Plugin {name} has no __init__.py in its package {package}: add one that holds its docstring."
        )
    card = read_card(Path(module.__file__).parent)
    if card.name != name or card.package != package:
        raise LuwteError(
            f"Plugin {name}: plugin.toml says {card.name} in {card.package}, the installation {package}: reinstall it."
        )
    return card


def in_order_of_need(cards: Sequence[PluginCard], left_out: dict[str, LeftOut] | None = None) -> tuple[PluginCard, ...]:
    """Sorts cards so that each comes after what it requires.

    Raises LuwteError when a requirement is absent, or when plugins require each other in a circle; given `left_out`,
    those plugins are put there instead, by name.
    """
    known = {card.name: card for card in cards}
    done: dict[str, PluginCard] = {}
    for card in cards:
        try:
            _place(card, known, done, ())
        except LuwteError as error:
            _put(left_out, card.name, error, card.supposed_addresses)
    return tuple(done.values())


def _place(card: PluginCard, known: dict[str, PluginCard], done: dict[str, PluginCard], above: tuple[str, ...]) -> None:
    if card.name in done:
        return
    if card.name in above:
        raise LuwteError(f"Plugins require each other in a circle: {' → '.join((*above, card.name))}: break it.")
    for name in card.requires:
        if name not in known:
            raise LuwteError(f"Plugin {card.name} requires plugin {name}, which is not installed: install it.")
        _place(known[name], known, done, (*above, card.name))
    done[card.name] = card
