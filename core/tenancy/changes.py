"""Changes to an organisation made here, not in the folder. The next import leaves them alone and lists them."""

from typing import Any
from uuid import UUID

from sqlalchemy import update

from core.tenancy.merging import to_json
from core.tenancy.models import TenantPage, TenantPlugin, TenantValue
from core.tenancy.revision import bump_revision
from core.tenancy.session import NetworkSession


def set_value(session: NetworkSession, tenant_id: UUID, key: str, value: Any) -> None:
    """Change one fact, such as `phone.number`; None takes it away. `value` must be JSON."""
    set_text(session, tenant_id, key, None if value is None else to_json(value))


def set_text(session: NetworkSession, tenant_id: UUID, key: str, text: str | None) -> None:
    """Change one fact to a JSON text (`null` too is a value); None takes it away."""
    row = session.get(TenantValue, (tenant_id, key))
    if row is None:
        session.add(TenantValue(tenant_id=tenant_id, key=key, value=text))
    else:
        row.value = text
    _told(session)


def set_page(session: NetworkSession, tenant_id: UUID, language: str, slug: str, page: dict[str, Any] | None) -> None:
    """Change a page (title, summary, order, body); None takes it away."""
    text = None if page is None else to_json(page)
    row = session.get(TenantPage, (tenant_id, language, slug))
    if row is None:
        session.add(TenantPage(tenant_id=tenant_id, language=language, slug=slug, value=text))
    else:
        row.value = text
    _told(session)


def switch_plugin(session: NetworkSession, tenant_id: UUID, plugin: str, *, on: bool) -> None:
    """Switch a plugin on or off here; what is off here, no import switches on again."""
    place = (TenantPlugin.tenant_id == tenant_id, TenantPlugin.plugin == plugin)
    row = session.get(TenantPlugin, (tenant_id, plugin))
    if row is None:
        session.add(TenantPlugin(tenant_id=tenant_id, plugin=plugin, enabled=on, switched_off_here=not on))
    else:
        session.execute(
            update(TenantPlugin).where(*place).values(enabled=on, switched_off_here=not on, from_folder=False)
        )
    _told(session)


def _told(session: NetworkSession) -> None:
    session.flush()
    bump_revision(session)
