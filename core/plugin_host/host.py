"""The plugin host: holds what plugins declared, and asks the plugins of an organisation on occasions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from importlib import import_module
from types import ModuleType
from typing import Any

import pluggy

from core.errors import LuwteError
from core.hookspecs.declarations import Declarations
from core.hookspecs.occasions import Occasions
from core.hookspecs.values import (
    Command,
    EventType,
    Guard,
    Job,
    NavigationItem,
    Permission,
    PersonalData,
    Realtime,
    RealtimeEvent,
    Refusal,
    Report,
    Retention,
    Route,
    Service,
    Setting,
    Subscription,
)
from core.plugin_host import checks
from core.plugin_host.answers import shape_of
from core.plugin_host.asking import Ask, Asker, Contribution, Failed, Organisation
from core.plugin_host.budgets import Budgets
from core.plugin_host.card import PluginCard
from core.plugin_host.deprecations import announcements
from core.plugin_host.house import House
from core.plugin_host.left_out import LeftOut
from core.plugin_host.page_threads import PageThreads
from core.plugin_host.tracing import Trace, wanted_trace

_MANY_CALLERS = 20_000
"""Above so many combinations of plugins, names of absent plugins are looked at each time."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """An installed plugin with all that it declared."""

    card: PluginCard
    models: tuple[type, ...] = ()
    routes: tuple[Route, ...] = ()
    permissions: tuple[Permission, ...] = ()
    navigation: tuple[NavigationItem, ...] = ()
    settings: tuple[Setting, ...] = ()
    realtime: Realtime = field(default_factory=Realtime)
    retention: tuple[Retention, ...] = ()
    personal_data: tuple[PersonalData, ...] = ()
    services: tuple[Service, ...] = ()
    guards: tuple[Guard, ...] = ()
    events: tuple[EventType, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    jobs: tuple[Job, ...] = ()
    commands: tuple[Command, ...] = ()
    reports: tuple[Report, ...] = ()

    @property
    def name(self) -> str:
        """The plugin's name, which begins the names of all that it declares."""
        return self.card.name


class PluginHost:
    """All installed plugins. Made once per process and handed down; nobody else touches the plugin manager.

    On an occasion it asks the plugins that an organisation has switched on, in one of three ways: `first_refusal` stops
    at the first that refuses or fails, `contributions` keeps errors apart, `collect` lets the first error go up.
    """

    def __init__(
        self,
        cards: Sequence[PluginCard],
        *,
        house: House = checks.NO_HOUSE,
        left_out: Mapping[str, LeftOut] | None = None,
        budgets: Budgets | None = None,
        trace: Trace | None = None,
    ) -> None:
        """Loads and checks the plugins of `cards`, each after those that it requires.

        Raises LuwteError with one sentence for the first thing amiss; with `left_out` (those that had to be left out
        already, by name) a plugin that is not right is left out instead.
        """
        self._manager = pluggy.PluginManager("luwte")
        self._manager.add_hookspecs(Declarations)
        self._manager.add_hookspecs(Occasions)
        self._callers: dict[tuple[str, frozenset[str]], tuple[Ask, ...]] = {}
        self.budgets = budgets or Budgets()
        self.page_threads = PageThreads(self.budgets)
        self.asker = Asker(self.budgets, trace or wanted_trace())
        self.plugins: dict[str, Plugin] = {}
        self.left_out: dict[str, LeftOut] = dict(left_out or {})
        """Plugins that are installed but not right, by name."""
        self.announcements: list[str] = []
        """What plugins use that is about to go, a sentence each."""
        for card in cards:
            self._take_in(card, house, strict=left_out is None)
        for plugin in list(self.plugins.values()):
            self._check_among_all(plugin, strict=left_out is None)
        self.events: Mapping[str, tuple[Plugin, RealtimeEvent]] = {
            event.name: (plugin, event) for plugin in self.plugins.values() for event in plugin.realtime.events
        }

    def _take_in(self, card: PluginCard, house: House, *, strict: bool) -> None:
        try:
            _refuse_without_required(card, self.left_out)
            module = self._register(card)
            self.plugins[card.name] = self._declared(card, house)
            self.announcements += announcements(card, module)
        except LuwteError as error:
            if strict:
                raise
            self._leave_out(card, str(error))

    def _check_among_all(self, plugin: Plugin, *, strict: bool) -> None:
        """What only shows when all are there; a plugin that falls takes along those that require it."""
        try:
            _refuse_without_required(plugin.card, self.left_out)
            checks.check_subscriptions(plugin, self.plugins.values())
        except LuwteError as error:
            if strict:
                raise
            self._leave_out(plugin.card, str(error))

    def _leave_out(self, card: PluginCard, sentence: str) -> None:
        self.left_out[card.name] = LeftOut(sentence, card.supposed_addresses)
        self.plugins.pop(card.name, None)
        if self._manager.has_plugin(card.name):
            self._manager.unregister(name=card.name)

    def _register(self, card: PluginCard) -> ModuleType:
        module = _load(card)
        checks.refuse_odd_hooks(card, module)
        try:
            self._manager.register(module, name=card.name)
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            reason = " ".join(str(error).split())
            raise LuwteError(f"Plugin {card.name} implements a hook that does not exist as such: {reason}.") from None
        return module

    def _declared(self, card: PluginCard, house: House) -> Plugin:
        kinds = (kind.name for kind in fields(Plugin) if kind.name not in ("card", "realtime"))
        answers = {kind: self._answer(card, f"declare_{kind}") for kind in kinds}
        plugin = Plugin(card, realtime=self._realtime(card), **answers)
        checks.check_declarations(plugin, self.plugins.values(), house)
        return plugin

    def _answer(self, card: PluginCard, hook: str) -> tuple[Any, ...]:
        function = self._implementation(card, hook)
        if function is None:
            return ()
        answer = _asked(card, hook, function)
        return tuple(checks.of_the_right_type(card, hook, answer))

    def _realtime(self, card: PluginCard) -> Realtime:
        function = self._implementation(card, "declare_realtime")
        answer = _asked(card, "declare_realtime", function) if function else Realtime()
        if not isinstance(answer, Realtime):
            raise LuwteError(f"Plugin {card.name}: declare_realtime must return a Realtime value.")
        return answer

    def _implementation(self, card: PluginCard, hook: str) -> Callable[[], Any] | None:
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            if implementation.plugin_name == card.name:
                return implementation.function  # type: ignore[no-any-return]
        return None

    def collect(self, occasion: str, enabled: frozenset[str], **arguments: Any) -> list[Any]:
        """Asks the plugins in `enabled`; gives their answers, without None, in order of registration.

        The first error goes up. For what must be told whatever happened before: only who hung is left out.
        """
        return self.asker.all_of(self._caller(occasion, enabled), "-", arguments)

    def contributions(self, occasion: str, tenant: Organisation, **arguments: Any) -> list[Contribution | Failed]:
        """Asks an organisation's plugins, each within its budget; errors are kept apart, and reported.

        A plugin that adds nothing is not in the list; one that failed, or is not asked for a while, is there as Failed.
        """
        return self.asker.apart(self._caller(occasion, tenant.plugins), tenant.slug, arguments)

    def first_refusal(self, occasion: str, tenant: Organisation, **arguments: Any) -> Refusal | None:
        """Asks an organisation's plugins whether something may be; the first refusal or failure ends it."""
        return self.asker.first_refusal(self._caller(occasion, tenant.plugins), tenant.slug, arguments)

    def asked_on(self, occasion: str) -> frozenset[str]:
        """The plugins that answer on an occasion."""
        return frozenset(one.plugin_name for one in getattr(self._manager.hook, occasion).get_hookimpls())

    def _caller(self, occasion: str, enabled: frozenset[str]) -> tuple[Ask, ...]:
        """Who is asked, for a set of plugins; sets are few (one per combination in use), so each is made once."""
        asks = self._callers.get((occasion, enabled))
        if asks is None:
            known = frozenset(enabled & self.plugins.keys())
            asks = self._callers.setdefault((occasion, known), self._asks(occasion, known))
            if len(self._callers) < _MANY_CALLERS:
                self._callers[occasion, enabled] = asks
        return asks

    def _asks(self, occasion: str, enabled: frozenset[str]) -> tuple[Ask, ...]:
        hook = getattr(self._manager.hook, occasion)
        everything = set(hook.spec.argnames)
        return tuple(
            Ask(
                one.plugin_name,
                one.function,
                None if set(one.argnames) == everything else tuple(one.argnames),
                shape_of(occasion),
                self.budgets.account(one.plugin_name, occasion),
            )
            for one in hook.get_hookimpls()
            if one.plugin_name in enabled
        )


def _refuse_without_required(card: PluginCard, left_out: Mapping[str, LeftOut]) -> None:
    for name in card.requires:
        if name in left_out:
            raise LuwteError(f"Plugin {card.name} requires plugin {name}, which had to be left out: mend that first.")


def _load(card: PluginCard) -> ModuleType:
    """The plugin's hooks. A fault in its code is told by its kind and place: one sentence, without a traceback."""
    try:
        return import_module(card.hooks_module)
    except ModuleNotFoundError as error:
        raise LuwteError(f"Plugin {card.name} cannot be loaded: there is no module {error.name}.") from error
    except Exception as error:
        raise LuwteError(f"Plugin {card.name} cannot be loaded: {type(error).__name__}: {error}.") from error


def _asked(card: PluginCard, hook: str, function: Callable[[], Any]) -> Any:
    try:
        return function()
    except Exception as error:
        raise LuwteError(f"Plugin {card.name}: {hook} failed: {type(error).__name__}: {error}.") from error
