"""What is about to go: a hook is announced one minor version before it goes, with a warning at each start."""

from collections.abc import Mapping
from types import ModuleType

from core.hookspecs.deprecated import DEPRECATED, Deprecation
from core.plugin_host.card import PluginCard


def announcements(
    card: PluginCard, module: ModuleType, deprecated: Mapping[str, Deprecation] | None = None
) -> list[str]:
    """A sentence for each hook of this plugin that is about to go."""
    known = DEPRECATED if deprecated is None else deprecated
    return [
        f"Plugin {card.name} uses {hook}, which goes with API {word.goes_with}: {word.instead}"
        for hook, word in sorted(known.items())
        if hasattr(getattr(module, hook, None), "luwte_impl")
    ]
