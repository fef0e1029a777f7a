"""The conversation."""

import sqlalchemy as sa
from alembic import op

from core.api import UtcDateTime, create_tenant_table, tenant_foreign_key, tenant_index

revision = "0001_conversation"
down_revision = None


def upgrade() -> None:
    """Makes the table, and sees to it that a browser session has one open conversation at most."""
    create_tenant_table(
        "chat_conversation",
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(7), nullable=False),
        sa.Column("seeker_key", sa.String(64), nullable=False),
        sa.Column("danger", sa.Boolean()),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.Column("absent_since", UtcDateTime()),
        sa.Column("helper_id", sa.Uuid()),
        sa.Column("helper_alias", sa.String(80)),
        sa.Column("taken_at", UtcDateTime()),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("ended_by", sa.String(7)),
        tenant_foreign_key("stream_id", "stream"),
        tenant_foreign_key("helper_id", "staff"),
        tenant_index("state", "joined_at"),
    )
    still_open = sa.text("state <> 'ended'")
    op.create_index(
        "uq_chat_conversation_open",
        "chat_conversation",
        ["tenant_id", "seeker_key"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
