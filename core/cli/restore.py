"""`luwte restore`: a backup into an empty installation."""

from pathlib import Path

import click
from sqlalchemy import Engine

from core.app import setting_declarations
from core.cli.context import CommandContext
from core.cli.preparation import migration_sources
from core.errors import LuwteError
from core.events.outbox import Outbox, with_outbox
from core.installation import Installation
from core.privacy.restoring import RestoreDesk
from core.privacy.retention import all_rules
from core.tenancy.directory import Directory


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_obj
def restore(context: CommandContext, file: Path) -> None:
    """Put the backup FILE into this installation, which must be empty and stopped.

    What passed its time since the backup was made is forgotten before anybody sees it.
    """
    installation = context.installation()
    left_out = sorted(installation.plugins.left_out)
    if left_out:
        raise LuwteError(
            f"The plugin {', '.join(left_out)} was left out at the start, and nobody could forget for it what is past "
            "its time: mend it first."
        )
    done = restore_desk(installation).restore(file)
    click.echo(f"Restored: {', '.join(done.tenants)}; {done.rows} rows, {done.files} files.")
    click.echo(f"{done.forgotten} of those rows had passed their time since, and are forgotten.")
    if done.shut:
        click.echo(
            f"{done.shut} keys of organisations do not open, because their root key is not in the key ring: put "
            "at-rest-root-….key back from your copy. Without it what they sealed is lost."
        )


def restore_desk(installation: Installation) -> RestoreDesk:
    """The installation as one that a backup may go into. Raises LuwteError where nobody is named who makes tables."""
    configuration, engine = installation.configuration, installation.engine
    sqlite = engine.dialect.name == "sqlite"
    if not sqlite and not configuration.database_owner:
        raise LuwteError("luwte.database_owner must name the role that owns the tables: add it to the ini file.")
    engine.dispose()

    def directory(of: Engine) -> Directory:
        return Directory(of, configuration, installation.clock, setting_declarations(installation.plugins))

    def listening(of: Engine, organisations: Directory) -> Engine:
        return with_outbox(of, Outbox(installation.plugins, organisations, installation.clock))

    return RestoreDesk(
        database_owner=configuration.database if sqlite else str(configuration.database_owner),
        app_role=None if sqlite else engine.url.username,
        home=configuration.home,
        keys=installation.keys,
        clock=installation.clock,
        sources=migration_sources(installation),
        rules=all_rules(installation.plugins),
        directory=directory,
        listening=listening,
    )
