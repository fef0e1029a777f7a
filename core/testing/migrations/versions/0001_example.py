"""The tables of core.testing.example_models."""

import sqlalchemy as sa

from core.database.migration_operations import create_tenant_table
from core.database.tenant_tables import tenant_foreign_key, tenant_index, tenant_unique

revision = "0001_example"
down_revision = None


def upgrade() -> None:
    create_tenant_table("example_owner", sa.Column("name", sa.String(80), nullable=False), tenant_unique("name"))
    create_tenant_table(
        "example_pet",
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(80), nullable=False),
        tenant_foreign_key("owner_id", "example_owner"),
        tenant_index("name"),
    )
