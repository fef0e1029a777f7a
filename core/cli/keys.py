"""`luwte keys`: the root key of what is sealed at rest."""

import click

from core.cli.context import CommandContext
from core.cli.preparation import prepare
from core.crypto.at_rest import RootKeys
from core.installation import Installation
from core.privacy.limits import keep_backups
from core.privacy.root_key import RootKeyDesk


@click.group()
def keys() -> None:
    """Change the root key that wraps every organisation's own key."""


@keys.command("rotate")
@click.option("--now", is_flag=True, help="Drop the old key at once, even when backups need it: for a key that leaked.")
@click.pass_obj
def rotate(context: CommandContext, now: bool) -> None:
    """Make a new root key and wrap every organisation's key under it; what they sealed is not touched."""
    installation = context.installation()
    prepare(installation)
    desk = root_key_desk(installation)
    tenants = installation.directory.all()
    number, wrapped = desk.rotate(tenants)
    click.echo(f"Root key {number} now wraps {wrapped} keys. Copy it to where you keep your copies of keys.")
    if not now and desk.old_is_needed(tenants, keep_backups(installation.directory.network)):
        click.echo("The old one stays as long as backups need it; the worker drops it then.")
    else:
        _drop(installation, desk)


@keys.command("drop-old")
@click.pass_obj
def drop_old(context: CommandContext) -> None:
    """Drop root keys that no longer wrap. What is sealed in backups from before their rotation opens no more."""
    installation = context.installation()
    prepare(installation)
    if not RootKeys(installation.keys).old():
        click.echo("There is no old root key.")
    else:
        _drop(installation, root_key_desk(installation))


def root_key_desk(installation: Installation) -> RootKeyDesk:
    """Where this installation's root key is changed, in the operator's name."""
    return RootKeyDesk(installation.engine, installation.keys, installation.clock)


def _drop(installation: Installation, desk: RootKeyDesk) -> None:
    left = desk.drop_old(installation.directory.all())
    click.echo("The old root key is gone: delete your copies of it too.")
    for number in left:
        click.echo(f"Root key {number} was given from outside: take it away there.")
