"""Browser sessions that have a time-out."""

import sqlalchemy as sa

from core.database.migration_operations import create_tenant_table
from core.database.tenant_tables import tenant_index, tenant_unique
from core.database.types import UtcDateTime

revision = "0008_time_outs"
down_revision = "0007_keys"


def upgrade() -> None:
    create_tenant_table(
        "time_out",
        sa.Column("session_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        tenant_unique("session_digest"),
        tenant_index("ends_at"),
    )
