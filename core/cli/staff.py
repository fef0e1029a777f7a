"""`luwte staff`: accounts of an organisation, or of the network (`--organisation console`)."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from core.cli.context import CommandContext
from core.cli.preparation import prepare
from core.errors import LuwteError
from core.identity.models import Staff
from core.identity.names import canonical_name
from core.identity.passphrase import LENGTH, entropy_bits, make_passphrase
from core.identity.roles import ROLES, check_roles
from core.identity.services import staff as accounts
from core.installation import Installation
from core.tenancy.session import TenantSession, tenant_session
from core.tenancy.tenant import Tenant

_organisation = click.option("--organisation", "slug", required=True, help="Its short name, such as luisterboom.")
_name = click.option("--name", required=True, help="The name to sign in with.")
_role = click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice(sorted(ROLES)), help="Repeatable."
)
_ask = click.option("--ask-password", is_flag=True, help="Type a password instead of getting a pass phrase.")


@click.group()
def staff() -> None:
    """Add, list and disable staff accounts."""


@staff.command()
@_organisation
@_name
@click.option("--alias", required=True, help="How people who seek help see them: a first name or another.")
@_role
@_ask
@click.pass_obj
def add(context: CommandContext, slug: str, name: str, alias: str, roles: tuple[str, ...], ask_password: bool) -> None:
    """Add an account, with a password of your own or a pass phrase of random words."""
    installation, new = context.installation(), _new_password(ask_password)
    with _at(installation, slug) as (tenant, session):
        allowed = check_roles(roles, tenant.kind)
        accounts.add_staff(session, name, alias, allowed, new, installation.clock())
    if not ask_password:
        _show(new)
    click.echo(f"{canonical_name(name)} can sign in at {installation.configuration.address(tenant.workplace_host)}")


@staff.command("list")
@_organisation
@click.pass_obj
def list_staff(context: CommandContext, slug: str) -> None:
    """List the accounts: sign-in name, alias, roles, switched off or not."""
    with _at(context.installation(), slug) as (_, session):
        for account in accounts.all_staff(session):
            state = "" if account.active else "  (disabled)"
            click.echo(f"{account.name}  {account.alias}  {', '.join(sorted(account.roles))}{state}")


@staff.command()
@_organisation
@_name
@click.option("--enable", is_flag=True, help="Switch the account on again.")
@click.pass_obj
def disable(context: CommandContext, slug: str, name: str, enable: bool) -> None:
    """Switch an account off: its sessions end at once, and it cannot sign in."""
    installation = context.installation()
    with _at(installation, slug) as (_, session):
        accounts.set_active(session, _account(session, name), enable, installation.clock())
    click.echo(f"{canonical_name(name)} is {'enabled' if enable else 'disabled'}.")


@staff.command()
@_organisation
@_name
@_role
@click.pass_obj
def roles(context: CommandContext, slug: str, name: str, roles: tuple[str, ...]) -> None:
    """Give an account these roles instead of the ones it had; it has to sign in anew."""
    installation = context.installation()
    with _at(installation, slug) as (tenant, session):
        accounts.set_roles(session, _account(session, name), check_roles(roles, tenant.kind), installation.clock())
    click.echo(f"{canonical_name(name)} is now {', '.join(sorted(set(roles)))}.")


@staff.command()
@_organisation
@_name
@_ask
@click.pass_obj
def password(context: CommandContext, slug: str, name: str, ask_password: bool) -> None:
    """Give an account a new password; its sessions end at once."""
    installation, new = context.installation(), _new_password(ask_password)
    with _at(installation, slug) as (_, session):
        account = _account(session, name)
        accounts.set_password(session, account, new, installation.clock())
    if not ask_password:
        _show(new)
    click.echo(f"{canonical_name(name)} has a new password.")


@contextmanager
def _at(installation: Installation, slug: str) -> Iterator[tuple[Tenant, TenantSession]]:
    """The organisation with this short name, and a session with it in one transaction."""
    prepare(installation)
    tenant = installation.directory.by_slug(slug)
    if tenant is None:
        raise LuwteError(f"There is no organisation {slug}: `luwte tenants list` shows them all.")
    with tenant_session(installation.engine, tenant.id) as session, session.begin():
        yield tenant, session


def _account(session: TenantSession, name: str) -> Staff:
    account = accounts.find_by_name(session, name)
    if account is None:
        raise LuwteError(f"There is nobody with the sign-in name {canonical_name(name)}: `luwte staff list` shows all.")
    return account


def _new_password(ask: bool) -> str:
    """Typed twice, unseen; or made here. Asked before the transaction begins: nobody waits for who types."""
    if not ask:
        return make_passphrase()
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return accounts.check_password(typed)


def _show(phrase: str) -> None:
    """Shown after it was stored, so that what stands on the screen works."""
    click.echo(f"Pass phrase: {phrase}")
    click.echo(f"({LENGTH} random words, {entropy_bits():.0f} bits. It is shown this once: hand it over in person.)")
