"""Where plugins meet: services found by interface, and the guards over a text that is about to become public."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, TypeVar

from core.hookspecs.values import GuardedText, Verdict
from core.plugin_host.answers import WrongAnswer, exactly
from core.plugin_host.asking import Ask, Contribution, Organisation
from core.plugin_host.host import Plugin, PluginHost

Interface = TypeVar("Interface")

PASSED = Verdict("pass")
HELD = Verdict("hold", "core.text_is_held", "Somebody will read this before it is shown.")
"""What is thought of a text at which a guard could not look."""
_WEIGHT = {"pass": 0, "hold": 1, "refuse": 2}


def find_service(host: PluginHost, interface: type[Interface], tenant: Organisation, session: Any) -> Interface | None:
    """What a plugin of this organisation offers under an interface; None when none does, or it is switched off.

    Raises WrongAnswer when the plugin makes something else.
    """
    for plugin in _of(host, tenant):
        for service in plugin.services:
            if service.interface is interface:
                made = service.factory(session)
                if not isinstance(made, interface):
                    raise WrongAnswer(f"plugin {plugin.name} offers no {interface.__name__}")
                return made
    return None


def look_at(host: PluginHost, text: GuardedText, tenant: Organisation) -> Verdict:
    """What the guards of this organisation think of a text: the strictest verdict. One that fails holds the text."""
    found = host.asker.apart(tuple(_asks(host, _of(host, tenant), text)), tenant.slug, {})
    verdicts = [one.value if isinstance(one, Contribution) else HELD for one in found]
    return max(verdicts, key=lambda verdict: _WEIGHT[verdict.kind], default=PASSED)


def _of(host: PluginHost, tenant: Organisation) -> list[Plugin]:
    return [plugin for name, plugin in host.plugins.items() if name in tenant.plugins]


def _asks(host: PluginHost, plugins: Iterable[Plugin], text: GuardedText) -> Iterator[Ask]:
    for plugin in plugins:
        for guard in plugin.guards:
            account = host.budgets.account(plugin.name, guard.name)
            yield Ask(plugin.name, partial(guard.look, text), None, exactly(Verdict), account)
