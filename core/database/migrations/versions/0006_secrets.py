"""Each organisation's wrapped keys, and the secret settings that they seal."""

import sqlalchemy as sa

from core.database.migration_operations import create_tenant_table
from core.database.tenant_tables import tenant_unique

revision = "0006_secrets"
down_revision = "0005_outbox"


def upgrade() -> None:
    create_tenant_table("sealing_key", sa.Column("wrapped", sa.LargeBinary(100), nullable=False))
    create_tenant_table(
        "secret_setting",
        sa.Column("plugin", sa.String(31), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        tenant_unique("plugin", "name"),
    )
