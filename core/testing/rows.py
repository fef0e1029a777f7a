"""All that an organisation has in the database, to see whether something of it changed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, inspect, select

from core.database.base import TenantModel
from core.database.scope import unguarded
from core.tenancy.session import tenant_session


def tenant_models(engine: Engine) -> dict[str, type[TenantModel]]:
    """Every tenant table of the core and of the loaded plugins that the database has, with its model."""
    with unguarded(engine, writes=False).connect() as connection:
        present = set(inspect(connection).get_table_names())
    models = {str(mapper.local_table.name): mapper.class_ for mapper in TenantModel.registry.mappers}  # type: ignore[attr-defined]
    return {
        table: model
        for table, model in sorted(models.items())
        if table in present and issubclass(model, TenantModel) and not table.startswith("example_")
    }


def columns_of(row: TenantModel) -> dict[str, Any]:
    """A row as values by column."""
    return {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs}


def everything_of(engine: Engine, tenant_id: UUID) -> Mapping[str, list[str]]:
    """Each row of each tenant table of an organisation, by table."""
    found = {}
    with tenant_session(engine, tenant_id, writes=False) as session:
        for table, model in tenant_models(engine).items():
            rows = session.scalars(select(model)).unique().all()
            found[table] = sorted(repr(sorted(columns_of(row).items())) for row in rows)
    return found
