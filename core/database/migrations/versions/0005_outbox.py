"""Events that are still to be told, and who does which periodic work."""

import sqlalchemy as sa

from core.database.migration_operations import create_network_table, create_tenant_table
from core.database.tenant_tables import tenant_index
from core.database.types import UtcDateTime

revision = "0005_outbox"
down_revision = "0004_streams"


def upgrade() -> None:
    create_tenant_table(
        "outbox_event",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("plugin", sa.String(31), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("position", sa.BigInteger()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at", UtcDateTime()),
        sa.Column("set_aside_at", UtcDateTime()),
        sa.Column("error", sa.String(300)),
        tenant_index("plugin", "position"),
    )
    create_tenant_table("outbox_counter", sa.Column("last", sa.BigInteger(), nullable=False))
    create_network_table(
        "job_lease",
        sa.Column("job", sa.String(80), primary_key=True),
        sa.Column("tenant_id", sa.Uuid(), primary_key=True),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("holder", sa.Uuid()),
        sa.Column("held_until", UtcDateTime()),
        sa.Column("started_at", UtcDateTime()),
        sa.Column("finished_at", UtcDateTime()),
        sa.Column("milliseconds", sa.Integer()),
        sa.Column("error", sa.String(300)),
        sa.Column("failures", sa.Integer(), nullable=False),
    )
