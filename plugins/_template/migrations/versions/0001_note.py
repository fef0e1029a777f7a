"""The note."""

import sqlalchemy as sa

from core.api import UtcDateTime, create_tenant_table, tenant_foreign_key, tenant_index

revision = "0001_note"
down_revision = None


def upgrade() -> None:
    """Makes the table."""
    create_tenant_table(
        "noticeboard_note",
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        tenant_foreign_key("staff_id", "staff"),
        tenant_index("written_at"),
    )
