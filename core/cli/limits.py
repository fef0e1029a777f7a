"""`luwte limits`: how long each kind of data stays, at an organisation or at most anywhere."""

import click

from core.audit.record import OPERATOR
from core.cli.context import CommandContext
from core.cli.preparation import prepare
from core.errors import LuwteError
from core.hookspecs.values import Retention
from core.installation import Installation
from core.privacy.limits import Limit, choose, duration, limit_of, said
from core.privacy.retention import BACKUPS, all_rules
from core.tenancy.tenant import Tenant

_organisation = click.option(
    "--organisation", "slug", help="Its short name; without it the network, which sets the cap."
)


@click.group()
def limits() -> None:
    """Show and choose how long things stay."""


@limits.command("list")
@_organisation
@click.pass_obj
def list_limits(context: CommandContext, slug: str | None) -> None:
    """List every kind of data: how long it stays, the most that may be chosen, what it is."""
    installation = context.installation()
    prepare(installation)
    tenant = _tenant(installation, slug)
    for limit in _limits(installation, tenant):
        room = f"at most {said(limit.cap)}" if limit.may_change else "fixed"
        click.echo(f"{limit.rule.name}  {said(limit.holds)}  ({room})  {limit.rule.description}")


@limits.command("set")
@click.argument("name")
@click.argument("length")
@_organisation
@click.pass_obj
def set_limit(context: CommandContext, name: str, length: str, slug: str | None) -> None:
    """Choose how long the kind NAME stays: LENGTH is like "10 minutes" or "30 days"."""
    installation = context.installation()
    prepare(installation)
    tenant = _tenant(installation, slug)
    limit = _limit(installation, tenant, name)
    choose(installation.engine, tenant, limit, duration(length), OPERATOR, installation.clock)
    _say(installation, tenant, name)


@limits.command("reset")
@click.argument("name")
@_organisation
@click.pass_obj
def reset_limit(context: CommandContext, name: str, slug: str | None) -> None:
    """Let the kind NAME stay for as long as it does by default."""
    installation = context.installation()
    prepare(installation)
    tenant = _tenant(installation, slug)
    choose(installation.engine, tenant, _limit(installation, tenant, name), None, OPERATOR, installation.clock)
    _say(installation, tenant, name)


def _say(installation: Installation, tenant: Tenant, name: str) -> None:
    installation.directory.refresh()
    limit = _limit(installation, _tenant(installation, tenant.slug), name)
    click.echo(f"{name} stays for {said(limit.holds)} at {tenant.slug}.")


def _rules(installation: Installation, tenant: Tenant) -> list[Retention]:
    """Backups are of the whole network: nobody else has a say in them."""
    return [*all_rules(installation.plugins), *([BACKUPS] if tenant.kind == "network" else [])]


def _limits(installation: Installation, tenant: Tenant) -> list[Limit]:
    network = installation.directory.network
    return [limit_of(rule, tenant, network) for rule in _rules(installation, tenant)]


def _limit(installation: Installation, tenant: Tenant, name: str) -> Limit:
    for limit in _limits(installation, tenant):
        if limit.rule.name == name:
            return limit
    raise LuwteError(f"There is no kind of data {name} here: `luwte limits list` shows them all.")


def _tenant(installation: Installation, slug: str | None) -> Tenant:
    tenant = installation.directory.network if slug is None else installation.directory.by_slug(slug)
    if tenant is None:
        raise LuwteError(f"There is no organisation {slug or 'console'}: `luwte tenants list` shows them all.")
    return tenant
