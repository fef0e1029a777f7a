"""What migration scripts use to make tables, so that no table can be made without its keys, policy and rights.

A script is named `<nnnn>_<what>.py` (at most 32 characters), its `revision` is that name without `.py`, its
`down_revision` the name before it (None for the first): one straight line. It only goes forward, and looks like this::

    import sqlalchemy as sa

    from core.database.migration_operations import create_tenant_table
    from core.database.tenant_tables import tenant_foreign_key, tenant_index, tenant_unique
    from core.database.types import UtcDateTime

    revision = "0002_identity"
    down_revision = "0001_tenancy"

    def upgrade() -> None:
        create_tenant_table(
            "staff",                                     # tenant_id, id and the primary key come by themselves
            sa.Column("name", sa.String(80), nullable=False),
            sa.Column("created_at", UtcDateTime(), nullable=False),
            tenant_unique("name"),
            tenant_index("created_at"),
        )

A plugin's tables begin with `<plugin>_`; its scripts lie in `plugins/<plugin>/migrations/versions/` and import these
names from `core.api`. Later changes use Alembic's `op` (`op.add_column`, `op.batch_alter_table`): expand, migrate,
contract.
"""

from collections.abc import Callable
from typing import Literal

from alembic import op
from sqlalchemy import Column, Index, PrimaryKeyConstraint, Uuid
from sqlalchemy.schema import SchemaItem

from core.database.base import NETWORK_TABLES
from core.errors import LuwteError

POLICY = "own_tenant"
CURRENT_TENANT = "(NULLIF(current_setting('luwte.tenant'::text, true), ''::text))::uuid"
"""The organisation of the running transaction; NULL, so no row at all, when there is none. (After a transaction the
setting reads '' instead of NULL, which would not cast.)"""

Right = Literal["SELECT", "INSERT", "UPDATE", "DELETE"]
ALL_RIGHTS: tuple[Right, ...] = ("SELECT", "INSERT", "UPDATE", "DELETE")


def create_tenant_table(name: str, *parts: SchemaItem, rights: tuple[Right, ...] = ALL_RIGHTS) -> None:
    """Make an organisations' table: composite key, forced row-level security, rights for the app role.

    `parts`: columns without tenant_id and id, tenant_foreign_key, tenant_unique, tenant_index, CheckConstraint.
    Raises LuwteError when the running package does not own tables of that name.
    """
    keys = (Column("tenant_id", Uuid(), nullable=False), Column("id", Uuid(), nullable=False))
    _create(name, *keys, *parts, PrimaryKeyConstraint("tenant_id", "id"))
    if _on_postgresql():
        protect(name)
        grant(name, rights)


def create_network_table(name: str, *parts: SchemaItem, rights: tuple[Right, ...] = ALL_RIGHTS) -> None:
    """Make a network-wide table; raises LuwteError when it is not in the reviewed list NETWORK_TABLES."""
    if name not in NETWORK_TABLES:
        raise LuwteError(
            f"The table {name} is not in the reviewed list of network-wide tables: use create_tenant_table."
        )
    _create(name, *parts)
    if _on_postgresql():
        grant(name, rights)


def protect(table: str) -> None:
    """Give a table its policy on PostgreSQL; FORCE makes it hold for the owner's role as well."""
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    rule = f"tenant_id = {CURRENT_TENANT}"
    op.execute(f'CREATE POLICY {POLICY} ON "{table}" USING ({rule}) WITH CHECK ({rule})')


def grant(table: str, rights: tuple[Right, ...]) -> None:
    """Give the app role these rights on a table, and no other."""
    role = op.get_context().opts["app_role"]
    quoted = op.get_bind().dialect.identifier_preparer.quote_identifier(role)
    op.execute(f'GRANT {", ".join(rights)} ON "{table}" TO {quoted}')


def _on_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


def _create(name: str, *parts: SchemaItem) -> None:
    owns: Callable[[str], bool] = op.get_context().opts["owns"]
    if not owns(name):
        raise LuwteError(
            f"The table {name} has a name that this package does not own: a plugin's tables begin with its name."
        )
    indexes = [part for part in parts if isinstance(part, Index)]
    op.create_table(name, *(part for part in parts if not isinstance(part, Index)))
    for index in indexes:
        columns = [str(getattr(column, "name", column)) for column in index.expressions]
        op.create_index(op.f(f"ix_{name}_{'_'.join(columns)}"), name, columns, unique=index.unique)
