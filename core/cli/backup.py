"""`luwte backup`: everything that should outlive a broken disk, in one file."""

from pathlib import Path

import click

from core.cli.context import CommandContext
from core.cli.preparation import migration_sources, prepare
from core.cli.privacy import say_left_out
from core.errors import LuwteError
from core.installation import Installation
from core.privacy.backing_up import BackupDesk
from core.privacy.backups import made_at, name_of
from core.privacy.limits import keep_backups
from core.privacy.retention import all_rules


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.pass_obj
def backup(context: CommandContext, file: Path | None) -> None:
    """Write a backup of database and files to FILE (by default into luwte.backups). Nobody need stop working.

    The key ring is not in it: keep copies of the root key elsewhere, and never of the keys of days.
    """
    installation = context.installation()
    prepare(installation)
    if installation.plugins.left_out:
        say_left_out(installation)
        raise LuwteError(
            "While a plugin is left out nobody can say which of its data belongs in a backup: mend it first."
        )
    now = installation.clock()
    path = (file or installation.configuration.backups / name_of(now)).absolute()
    tenant_ids = [tenant.id for tenant in installation.directory.all()]
    done = backup_desk(installation).back_up(path, tenant_ids, now)
    click.echo(f"{path}: {done.rows} rows of {done.tables} tables, {done.files} files, {path.stat().st_size} bytes.")
    keep = keep_backups(installation.directory.network)
    watched = path.parent == installation.configuration.backups and made_at(path) is not None
    whose = "The worker deletes it" if watched else "Delete it, and every copy,"
    click.echo(f"{whose} on {now + keep:%Y-%m-%d}.")


def backup_desk(installation: Installation) -> BackupDesk:
    """Where this installation's backups are made, in the operator's name."""
    return BackupDesk(
        engine=installation.engine,
        home=installation.configuration.home,
        sources=migration_sources(installation),
        rules=all_rules(installation.plugins),
    )
