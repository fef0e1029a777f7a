"""The network-wide tables: organisations' public facts, pages and plugins, and the revision that tells of a change."""

import sqlalchemy as sa
from alembic import op

from core.database.migration_operations import create_network_table
from core.database.types import UtcDateTime

revision = "0001_tenancy"
down_revision = None


def upgrade() -> None:
    create_network_table(
        "tenant",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("slug", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint("slug"),
    )
    create_network_table(
        "tenant_value",
        _tenant(),
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("imported_hash", sa.String(64), nullable=True),
    )
    create_network_table(
        "tenant_page",
        _tenant(),
        sa.Column("language", sa.String(20), primary_key=True),
        sa.Column("slug", sa.String(80), primary_key=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("imported_hash", sa.String(64), nullable=True),
    )
    create_network_table(
        "tenant_plugin",
        _tenant(),
        sa.Column("plugin", sa.String(40), primary_key=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("switched_off_here", sa.Boolean(), nullable=False),
        sa.Column("from_folder", sa.Boolean(), nullable=False),
    )
    create_network_table(
        "revision",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
        rights=("SELECT", "UPDATE"),
    )
    revisions = sa.table("revision", sa.column("id", sa.Integer()), sa.column("number", sa.BigInteger()))
    op.bulk_insert(revisions, [{"id": 1, "number": 1}])


def _tenant() -> sa.Column:
    return sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
