"""Sealed notes of core.testing.example_models."""

import sqlalchemy as sa

from core.database.migration_operations import create_tenant_table
from core.database.types import UtcDateTime

revision = "0002_notes"
down_revision = "0001_example"


def upgrade() -> None:
    create_tenant_table(
        "example_note",
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
