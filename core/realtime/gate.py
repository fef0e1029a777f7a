"""The gate of the realtime side: every event passes it, from memory alone and before its handler's first line.

An event that does not exist, one of a plugin that this organisation has switched off, and one that this caller may not
send all answer the same: `not_found`.
"""

from typing import Any

from pydantic import BaseModel, ValidationError

from core.access.table import Permissions
from core.hookspecs.values import RealtimeEvent
from core.plugin_host.budgets import REALTIME
from core.realtime.call import Call, Connection, RealtimeContext, Refused
from core.tenancy.tenant import Tenant


class RealtimeGate:
    """Decides whether a socket's event reaches a plugin's handler."""

    def __init__(self, context: RealtimeContext, permissions: Permissions) -> None:
        """`permissions` is the table of the core and all plugins."""
        self._context = context
        self._permissions = permissions

    def open_tenant(self, connection: Connection) -> Tenant:
        """The socket's organisation, as it is now. Raises Refused when it is gone or closed to this caller."""
        tenant = self._context.installation.directory.by_id(connection.identity.tenant_id)
        if tenant is None or (tenant.state != "live" and connection.identity.subject == "seeker"):
            raise Refused("closed")
        return tenant

    def admit(self, connection: Connection, name: str, data: Any) -> tuple[RealtimeEvent, Call, BaseModel]:
        """Lets an event in with its checked payload. Raises Refused with the one word that the sender is told."""
        if not connection.allowance.take():
            raise Refused("too_fast")
        tenant = self.open_tenant(connection)
        plugin, event = self._context.installation.plugins.events.get(name, (None, None))
        if plugin is None or event is None or plugin.name not in tenant.plugins:
            raise Refused("not_found")
        if not self._may_send(connection, event):
            raise Refused("not_found")
        if self.rests(plugin.name, tenant):
            raise Refused("busy")
        connection.spoke = True
        return event, Call(self._context, connection, tenant), _checked(event, data)

    def rests(self, plugin: str, tenant: Tenant) -> bool:
        """Whether a plugin is left alone for a while, because it held up the loop or flooded."""
        budgets = self._context.installation.plugins.budgets
        return budgets.is_paused(budgets.account(plugin, REALTIME), tenant.slug)

    def _may_send(self, connection: Connection, event: RealtimeEvent) -> bool:
        if connection.identity.subject not in event.subjects:
            return False
        if connection.identity.subject == "seeker":
            return True
        return event.permission is not None and self._permissions.may(connection.staff, event.permission)


def _checked(event: RealtimeEvent, data: Any) -> BaseModel:
    """The payload as the event's schema. Only the kind of fault is told, never what was sent."""
    try:
        model: BaseModel = event.schema.model_validate(data)  # type: ignore[attr-defined]  # a pydantic model, checked at start-up
    except ValidationError as error:
        raise Refused(_kind_of_fault(error)) from None
    return model


def _kind_of_fault(error: ValidationError) -> str:
    kinds = {detail["type"] for detail in error.errors(include_input=False, include_url=False)}
    if any(kind.endswith("too_long") for kind in kinds):
        return "too_long"
    return "empty" if all(kind.endswith("too_short") for kind in kinds) else "malformed"
