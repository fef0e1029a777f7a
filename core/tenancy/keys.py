"""One function makes the key of everything that lives outside the database: rooms, caches, files, metrics."""

from uuid import UUID


def tenant_key(tenant_id: UUID, *parts: str) -> str:
    """A key that begins with the organisation, so that two organisations never meet under one name."""
    return ":".join((tenant_id.hex, *parts))
