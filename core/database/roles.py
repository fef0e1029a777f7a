"""PostgreSQL's two roles: the owner makes the tables, the application's owns nothing and cannot get past policies."""

from sqlalchemy import Connection, Engine

from core.database.scope import unguarded
from core.errors import LuwteError

_FACTS = """
SELECT r.rolsuper, r.rolbypassrls, r.rolcreaterole, pg_has_role(r.oid, d.datdba, 'MEMBER'),
       has_schema_privilege(r.oid, current_schema(), 'CREATE'),
       EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm')
               AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
FROM pg_catalog.pg_roles r, pg_catalog.pg_database d WHERE r.rolname = %s AND d.datname = current_database()
"""
_FAULTS = (
    ("is a superuser", "ALTER ROLE {role} NOSUPERUSER"),
    ("may bypass row-level security", "ALTER ROLE {role} NOBYPASSRLS"),
    ("may make roles", "ALTER ROLE {role} NOCREATEROLE"),
    ("owns the database", "let luwte.database_owner name another role, which owns the database"),
    ("may make tables", "REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}"),
    ("owns tables", "let luwte.database_owner name another role, which migrates"),
)


def quote(connection: Connection, name: str) -> str:
    """Return a name as an SQL identifier."""
    return connection.dialect.identifier_preparer.quote_identifier(name)


def check_app_role(connection: Connection, app_role: str | None) -> str:
    """Return the name of the app role. Raises LuwteError with the mend when it is missing or could bypass policies."""
    if not app_role:
        raise LuwteError(
            "luwte.database must name the role of the application (postgresql://luwte_app:…@host/database)."
        )
    role = quote(connection, app_role)
    facts = connection.exec_driver_sql(_FACTS, (app_role,)).first()
    if facts is None:
        raise LuwteError(f"PostgreSQL has no role {app_role}: make it with CREATE ROLE {role} LOGIN PASSWORD '…'.")
    for wrong, (fault, mend) in zip(facts, _FAULTS, strict=True):
        if wrong:
            raise LuwteError(
                f"The database role {app_role} {fault}, so organisations would not be kept apart: "
                f"{mend.format(role=role)}."
            )
    return app_role


def refuse_unsafe_role(engine: Engine) -> None:
    """Raise LuwteError when the application itself connects as a role that row-level security does not hold for."""
    if engine.dialect.name == "postgresql":
        with unguarded(engine, writes=False).connect() as connection:
            check_app_role(connection, str(connection.exec_driver_sql("SELECT current_user").scalar_one()))
