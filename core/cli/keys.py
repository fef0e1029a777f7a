"""`luwte keys`: a new root key for what is sealed at rest."""

import click

from core.cli.context import CommandContext
from core.cli.preparation import prepare
from core.crypto.at_rest import RootKeys
from core.tenancy.sealing import rewrap
from core.tenancy.session import tenant_session


@click.group()
def keys() -> None:
    """Change the root key that wraps every organisation's own key."""


@keys.command("rotate")
@click.pass_obj
def rotate(context: CommandContext) -> None:
    """Make a new root key and wrap every organisation's key under it; what they sealed is not touched."""
    installation = context.installation()
    prepare(installation)
    number = RootKeys(installation.keys).begin_rotation()
    wrapped = 0
    for tenant in installation.directory.all():
        with tenant_session(installation.engine, tenant.id) as session, session.begin():
            wrapped += rewrap(session, installation.keys)
    click.echo(f"Root key {number} now wraps {wrapped} keys. Keep older ones as long as you keep backups.")
