"""Declarations of meeting: sockets, services for other plugins, events, guards over texts."""

from collections.abc import Iterable
from typing import Protocol

from core.hookspecs.markers import hookspec
from core.hookspecs.values import EventType, Guard, Realtime, Service, Subscription


class MeetingDeclarations(Protocol):
    """How a plugin meets browsers and other plugins."""

    @hookspec
    def declare_realtime(self) -> Realtime:
        """The plugin's realtime events, named `<plugin>.…`.

        When: once at start-up. Result: one `Realtime`, not a collection.
        Errors: a name without prefix, staff without a permission, nobody who may send it. Since API 1.
        """

    @hookspec
    def declare_services(self) -> Iterable[Service]:
        """What the plugin does for other plugins, found by an interface of `core.api`.

        When: once at start-up. Result: services. Errors: an interface that another plugin offers. Since API 1.
        """

    @hookspec
    def declare_events(self) -> Iterable[EventType]:
        """What happens in the plugin that others may be told.

        When: once at start-up. Result: types of events named `<plugin>.…`, each a frozen dataclass.
        Errors: a name without prefix, a schema that can be changed. Since API 1.
        """

    @hookspec
    def declare_subscriptions(self) -> Iterable[Subscription]:
        """Which events the plugin wants to be told, by the worker, at least once and in order.

        When: once at start-up. Result: subscriptions; an event of a plugin that is absent is never told.
        Errors: an event of an installed plugin that does not exist in that version. Since API 1.
        """

    @hookspec
    def declare_guards(self) -> Iterable[Guard]:
        """Who looks at a text before it becomes public.

        When: once at start-up. Result: guards named `<plugin>.…`.
        Errors: a name without prefix. A guard that raises later holds the text for a moderator. Since API 1.
        """
