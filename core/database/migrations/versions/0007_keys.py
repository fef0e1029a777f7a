"""The organisation's key and helpers' keys, wrapped, and the shifts that helpers began."""

import sqlalchemy as sa

from core.database.migration_operations import create_tenant_table
from core.database.tenant_tables import tenant_foreign_key, tenant_index, tenant_unique
from core.database.types import UtcDateTime

revision = "0007_keys"
down_revision = "0006_secrets"


def upgrade() -> None:
    create_tenant_table(
        "root_key_copy",
        sa.Column("staff_id", sa.Uuid()),
        sa.Column("public", sa.LargeBinary(65), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(400), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        tenant_foreign_key("staff_id", "staff", on_delete="CASCADE"),
        tenant_index("staff_id"),
    )
    create_tenant_table(
        "identity_key",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("public", sa.LargeBinary(65), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(400), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        tenant_foreign_key("staff_id", "staff", on_delete="CASCADE"),
        tenant_unique("staff_id"),
    )
    create_tenant_table(
        "shift",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("begins_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime()),
        tenant_foreign_key("staff_id", "staff", on_delete="CASCADE"),
        tenant_index("staff_id", "ends_at"),
    )
