"""`luwte migrate`: brings the database up to this version of the code."""

import click

from core.cli.context import CommandContext
from core.cli.preparation import migrate_installation


@click.command()
@click.pass_obj
def migrate(context: CommandContext) -> None:
    """Bring the database up to this version."""
    ran = migrate_installation(context.installation())
    for script in ran:
        click.echo(script)
    if not ran:
        click.echo("The database was up to date.")
