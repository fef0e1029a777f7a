"""Staff accounts, their sessions, and recent failed attempts to sign in."""

import sqlalchemy as sa

from core.database.migration_operations import create_tenant_table
from core.database.tenant_tables import tenant_foreign_key, tenant_index, tenant_unique
from core.database.types import UtcDateTime

revision = "0002_identity"
down_revision = "0001_tenancy"


def upgrade() -> None:
    create_tenant_table(
        "staff",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("alias", sa.String(64), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        tenant_unique("name"),
    )
    create_tenant_table(
        "staff_session",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("cookie_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("locked_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        tenant_foreign_key("staff_id", "staff", on_delete="CASCADE"),
        tenant_unique("cookie_digest"),
        tenant_index("staff_id"),
    )
    create_tenant_table(
        "sign_in_failure",
        sa.Column("name_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        tenant_index("name_digest", "at"),
    )
