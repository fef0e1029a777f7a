"""What a plugin may not do: checked at start-up, each with a sentence that names plugin, thing and mend."""

from collections.abc import Collection, Iterable
from types import ModuleType
from typing import TYPE_CHECKING, Any

from core.database.base import TenantModel
from core.errors import LuwteError
from core.hookspecs.values import (
    Command,
    EventType,
    Guard,
    Job,
    NavigationItem,
    Permission,
    PersonalData,
    RealtimeEvent,
    Report,
    Retention,
    Route,
    Service,
    Setting,
    Subscription,
)
from core.plugin_host.card import PluginCard
from core.plugin_host.checks_data import check_data, check_services_among, check_subscriptions
from core.plugin_host.checks_files import check_files
from core.plugin_host.checks_places import check_addresses, check_roles
from core.plugin_host.house import House

if TYPE_CHECKING:
    from core.plugin_host.host import Plugin

__all__ = [
    "NO_HOUSE",
    "check_declarations",
    "check_route",
    "check_subscriptions",
    "of_the_right_type",
    "refuse_odd_hooks",
]

NO_HOUSE = House()
"""For a host without the core around it: a tool that only wants to know what plugins declare."""

_VALUES: dict[str, type] = {
    "declare_routes": Route,
    "declare_permissions": Permission,
    "declare_navigation": NavigationItem,
    "declare_settings": Setting,
    "declare_retention": Retention,
    "declare_personal_data": PersonalData,
    "declare_services": Service,
    "declare_guards": Guard,
    "declare_events": EventType,
    "declare_subscriptions": Subscription,
    "declare_jobs": Job,
    "declare_commands": Command,
    "declare_reports": Report,
}


def refuse_odd_hooks(card: PluginCard, module: ModuleType) -> None:
    """Refuses `specname`, which in pluggy 1.7 stays in the callers of organisations without the plugin, and wrappers.

    A wrapper would stand around the other plugins' hooks and change their answers.
    """
    for name, thing in vars(module).items():
        options = getattr(thing, "luwte_impl", None) or {}
        if options.get("specname"):
            raise LuwteError(f"Plugin {card.name}: {name} uses specname: give the function the hook's own name.")
        if options.get("wrapper") or options.get("hookwrapper"):
            raise LuwteError(f"Plugin {card.name}: {name} is a wrapper: a plugin answers for itself only.")


def of_the_right_type(card: PluginCard, hook: str, answer: Any) -> Iterable[Any]:
    """The answer to a declaration, when it is a collection of what the hook asks for."""
    if not isinstance(answer, Iterable) or isinstance(answer, str):
        raise LuwteError(f"Plugin {card.name}: {hook} must return a tuple of values, not {type(answer).__name__}.")
    values = tuple(answer)
    for value in values:
        fits = _is_tenant_model(value) if hook == "declare_models" else isinstance(value, _VALUES[hook])
        if not fits:
            wanted = "a model of TenantModel" if hook == "declare_models" else f"a {_VALUES[hook].__name__}"
            raise LuwteError(f"Plugin {card.name}: {hook} holds something that is not {wanted}.")
    return values


def _is_tenant_model(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, TenantModel)


def check_declarations(plugin: "Plugin", others: Collection["Plugin"] = (), house: House = NO_HOUSE) -> None:
    """Checks all that a plugin declared, also against the plugins before it and the core.

    Raises LuwteError for the first thing amiss.
    """
    _check_itself(plugin, house)
    check_data(plugin)
    check_roles(plugin, house)
    check_addresses(plugin, others, house)
    check_services_among(plugin, others)
    check_files(plugin)


def _check_itself(plugin: "Plugin", house: House) -> None:
    for kind, names in _names(plugin):
        _check_prefix(plugin.name, kind, names)
    for model in plugin.models:
        _check_table(plugin.name, model)
    for route in plugin.routes:
        _check_plugin_route(plugin, route)
    for item in plugin.navigation:
        _check_navigation(plugin, item)
    for event in plugin.realtime.events:
        _check_event(plugin, event)
    for thing, permission in _permissions_asked(plugin):
        _check_permission(plugin, thing, permission, house)


def _permissions_asked(plugin: "Plugin") -> Iterable[tuple[str, str | None]]:
    yield from ((f"route {route.name}", route.permission) for route in plugin.routes)
    yield from ((f"the navigation to {item.route}", item.permission) for item in plugin.navigation)
    yield from ((f"event {event.name}", event.permission) for event in plugin.realtime.events)
    yield from ((f"report {report.name}", report.permission) for report in plugin.reports)


def _names(plugin: "Plugin") -> Iterable[tuple[str, list[str]]]:
    yield "route", [route.name for route in plugin.routes]
    yield "permission", [permission.name for permission in plugin.permissions]
    yield "realtime event", [event.name for event in plugin.realtime.events]
    yield "retention rule", [rule.name for rule in plugin.retention]
    for kind, values in (
        ("kind of personal data", plugin.personal_data),
        ("guard", plugin.guards),
        ("job", plugin.jobs),
        ("command", plugin.commands),
        ("report", plugin.reports),
    ):
        yield kind, [value.name for value in values]
    yield "event", [f"{event.name} in version {event.version}" for event in plugin.events]


def _check_prefix(plugin: str, kind: str, names: list[str]) -> None:
    for name in names:
        if not name.startswith(f"{plugin}."):
            raise LuwteError(f"Plugin {plugin} declares the {kind} {name}: its name must start with '{plugin}.'.")
        if names.count(name) > 1:
            raise LuwteError(f"Plugin {plugin} declares the {kind} {name} twice: leave one out.")


def _check_table(plugin: str, model: Any) -> None:
    table = str(model.__tablename__)
    if not table.startswith(f"{plugin}_"):
        raise LuwteError(f"Plugin {plugin} has the table {table}: its name must start with '{plugin}_'.")


def check_route(owner: str, route: Route) -> None:
    """Each view says who may see it: by a permission, or openly that everybody may."""
    if (route.permission is None) == (not route.public):
        raise LuwteError(f"{owner}: route {route.name} needs either a permission or public=True, not both.")
    if not route.path.startswith("/"):
        raise LuwteError(f"{owner}: route {route.name} has the path {route.path}: it must start with '/'.")
    if not route.methods:
        raise LuwteError(f"{owner}: route {route.name} names no method: say GET, POST or both.")


def _check_plugin_route(plugin: "Plugin", route: Route) -> None:
    check_route(plugin.name, route)
    if not route.places:
        raise LuwteError(f"Plugin {plugin.name}: route {route.name} names no place: every host is for the core only.")
    if route.when_closed:
        raise LuwteError(f"Plugin {plugin.name}: route {route.name} is when_closed: a closed site is the core's only.")


def _check_navigation(plugin: "Plugin", item: NavigationItem) -> None:
    """A link to nowhere would break every page that shows the navigation."""
    routes = {route.name: route for route in plugin.routes}
    if item.route not in routes or item.place not in routes[item.route].places:
        raise LuwteError(
            f"Plugin {plugin.name}: the navigation leads to {item.route}, which is no route of its {item.place}."
        )


def _check_event(plugin: "Plugin", event: RealtimeEvent) -> None:
    name = plugin.name
    if not event.subjects:
        raise LuwteError(f"Plugin {name}: event {event.name} names nobody in subjects: say who may send it.")
    if ("staff" in event.subjects) != (event.permission is not None):
        raise LuwteError(f"Plugin {name}: event {event.name} needs a permission exactly when staff may send it.")


def _check_permission(plugin: "Plugin", thing: str, permission: str | None, house: House) -> None:
    """A permission that nobody declared is denied to everybody: most likely a slip of the pen."""
    declared = {known.name for known in plugin.permissions} | house.permissions
    of_core = permission is not None and permission.startswith("core.") and not house.permissions
    if permission is not None and permission not in declared and not of_core:
        raise LuwteError(f"Plugin {plugin.name}: {thing} asks for {permission}, a permission that it does not declare.")
