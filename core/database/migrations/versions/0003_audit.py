"""The record of what staff did. The app may add to it and read it; it cannot change it."""

import sqlalchemy as sa

from core.database.migration_operations import create_tenant_table
from core.database.tenant_tables import tenant_index
from core.database.types import UtcDateTime

revision = "0003_audit"
down_revision = "0002_identity"


def upgrade() -> None:
    create_tenant_table(
        "audit_record",
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(80), nullable=False),
        sa.Column("subject", sa.String(120), nullable=True),
        tenant_index("at"),
        rights=("SELECT", "INSERT", "DELETE"),
    )
