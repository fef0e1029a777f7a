"""Start-up checks of what a plugin keeps, tells and does by itself."""

from collections.abc import Iterable
from dataclasses import is_dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from core.errors import LuwteError
from core.hookspecs.values import EventType, Job, PersonalData, Retention, Setting

if TYPE_CHECKING:
    from core.plugin_host.host import Plugin


def check_data(plugin: "Plugin") -> None:
    """Checks settings, personal data, events and jobs. Raises LuwteError for the first thing amiss."""
    for setting in plugin.settings:
        _check_setting(plugin, setting)
    for rule in plugin.retention:
        _check_retention(plugin, rule)
    for data in plugin.personal_data:
        _check_personal_data(plugin, data)
    for event in plugin.events:
        _check_event(plugin, event)
    for job in plugin.jobs:
        _check_job(plugin, job)
    _check_services(plugin)


def _check_setting(plugin: "Plugin", setting: Setting) -> None:
    if [other.name for other in plugin.settings].count(setting.name) > 1:
        raise LuwteError(f"Plugin {plugin.name} declares the setting {setting.name} twice: leave one out.")
    try:
        TypeAdapter(setting.type).validate_python(setting.default)
    except ValidationError as error:
        reason = error.errors(include_input=False, include_url=False)[0]["msg"]
        raise LuwteError(
            f"Plugin {plugin.name}: the default of setting {setting.name} does not fit its type ({reason}): mend one."
        ) from None
    except PydanticUserError:
        raise LuwteError(
            f"Plugin {plugin.name}: setting {setting.name} has a type that pydantic cannot check: choose a plain one."
        ) from None


def _check_retention(plugin: "Plugin", rule: Retention) -> None:
    if rule.keep < timedelta() or rule.most < rule.keep:
        raise LuwteError(
            f"Plugin {plugin.name}: the retention rule {rule.name} keeps for less than nothing, or by default for "
            "longer than its `longest`: mend one."
        )


def _check_personal_data(plugin: "Plugin", data: PersonalData) -> None:
    forgotten = {model for rule in plugin.retention for model in rule.models}
    for model in data.models:
        if model not in plugin.models:
            raise LuwteError(
                f"Plugin {plugin.name}: personal data {data.name} names {model.__name__}, "
                "which declare_models does not: add it there."
            )
        if model not in forgotten:
            raise LuwteError(
                f"Plugin {plugin.name}: personal data {data.name} is kept in {model.__name__} without a retention "
                "rule: name it in the models of a Retention."
            )


def _check_event(plugin: "Plugin", event: EventType) -> None:
    if not is_dataclass(event.schema) or not event.schema.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        raise LuwteError(f"Plugin {plugin.name}: event {event.name} needs a frozen dataclass as its schema.")
    if event.version < 1:
        raise LuwteError(f"Plugin {plugin.name}: event {event.name} has version {event.version}: begin with 1.")


def _check_job(plugin: "Plugin", job: Job) -> None:
    if min(job.every, job.limit) <= timedelta():
        raise LuwteError(f"Plugin {plugin.name}: job {job.name} needs a period and a limit that are more than nothing.")


def _check_services(plugin: "Plugin") -> None:
    interfaces = [service.interface for service in plugin.services]
    for interface in interfaces:
        if not isinstance(interface, type):
            raise LuwteError(
                f"Plugin {plugin.name}: a service's interface must be a class, not "
                f"{type(interface).__name__}: name one."
            )
        if interfaces.count(interface) > 1:
            raise LuwteError(f"Plugin {plugin.name} offers the service {interface.__name__} twice: leave one out.")


def check_services_among(plugin: "Plugin", others: Iterable["Plugin"]) -> None:
    """One plugin at most offers an interface: whoever asks for it would not know which it got."""
    offered = {service.interface: other.name for other in others for service in other.services}
    for service in plugin.services:
        if service.interface in offered:
            raise LuwteError(
                f"Plugin {plugin.name} offers the service {service.interface.__name__}, and so does plugin "
                f"{offered[service.interface]}: uninstall one of them."
            )


def check_subscriptions(plugin: "Plugin", others: Iterable["Plugin"]) -> None:
    """An event that an installed plugin does not have is never told: most likely a slip of the pen."""
    told = {other.name: {(event.name, event.version) for event in other.events} for other in others}
    for wish in plugin.subscriptions:
        owner = wish.event.split(".")[0]
        if owner in told and (wish.event, wish.version) not in told[owner]:
            raise LuwteError(
                f"Plugin {plugin.name} subscribes to {wish.event} in version {wish.version}, which plugin {owner} "
                "does not declare: mend name or version."
            )
        if wish.limit <= timedelta():
            raise LuwteError(f"Plugin {plugin.name}: the subscription to {wish.event} needs a limit above nothing.")
