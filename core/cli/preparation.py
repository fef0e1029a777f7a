"""Makes an installation ready to serve: the database migrated, the organisations read from their folder."""

from core.database.engine import make_engine
from core.database.migration import MigrationSource, core_source, is_current, migrate, plugin_source
from core.database.usable import ensure_usable
from core.errors import LuwteError
from core.installation import Installation


def migration_sources(installation: Installation) -> list[MigrationSource]:
    """The histories of the core and of every installed plugin."""
    plugins = installation.plugins.plugins.values()
    return [core_source(), *(plugin_source(plugin.name, plugin.card.folder / "migrations") for plugin in plugins)]


def prepare(installation: Installation) -> None:
    """In development migrates by itself; in production that is the operator's deed, so it only looks.

    Raises LuwteError when the database cannot be used, or is older than the code.
    """
    ensure_usable(installation.engine)
    sources = migration_sources(installation)
    if is_current(installation.engine, sources):
        return
    if installation.configuration.environment == "production":
        raise LuwteError("The database is older than this version of Luwte: run `luwte migrate` first.")
    migrate_installation(installation)


def migrate_installation(installation: Installation) -> list[str]:
    """Brings the database up to this version; gives the names of the scripts that ran."""
    configuration = installation.configuration
    owner = make_engine(configuration.database_owner) if configuration.database_owner else installation.engine
    ensure_usable(owner)
    try:
        return migrate(owner, migration_sources(installation), app_role=installation.engine.url.username)
    finally:
        if owner is not installation.engine:
            owner.dispose()
