"""Streams and their entries: what the journal writes."""

import sqlalchemy as sa

from core.database.migration_operations import create_tenant_table
from core.database.tenant_tables import tenant_foreign_key, tenant_unique
from core.database.types import UtcDateTime

revision = "0004_streams"
down_revision = "0003_audit"


def upgrade() -> None:
    """Makes both tables."""
    create_tenant_table(
        "stream",
        sa.Column("plugin", sa.String(31), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", UtcDateTime()),
    )
    create_tenant_table(
        "stream_entry",
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.String(80), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(31), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        tenant_foreign_key("stream_id", "stream"),
        tenant_unique("stream_id", "seq"),
        tenant_unique("stream_id", "sender", "client_id"),
    )
