"""`luwte tenants`: organisations from and to their folders."""

from pathlib import Path

import click

from core.app import setting_declarations
from core.cli.context import CommandContext
from core.cli.preparation import prepare
from core.installation import Installation
from core.settings.secrets import all_secrets
from core.tenancy.exporting import export_tenant
from core.tenancy.importing import ImportReport, import_tenants
from core.tenancy.session import tenant_session

_folder = click.Path(path_type=Path, file_okay=False)


@click.group()
def tenants() -> None:
    """Import, export and list organisations."""


@tenants.command("import")
@click.argument("folder", type=_folder, required=False)
@click.pass_obj
def import_(context: CommandContext, folder: Path | None) -> None:
    """Read the organisations in FOLDER (by default luwte.tenants_folder); what was changed here stays and is listed."""
    installation = context.installation()
    prepare(installation)
    report = import_tenants(
        installation.engine,
        folder or installation.configuration.tenants_folder,
        known_plugins=installation.plugins.plugins.keys(),
        setting_declarations=setting_declarations(installation.plugins),
        clock=installation.clock,
        left_out=installation.plugins.left_out.keys(),
    )
    for line in _told(report):
        click.echo(line)


def _told(report: ImportReport) -> list[str]:
    new = [f"New: {', '.join(report.created)}."] if report.created else []
    changed = [f"Changed: {', '.join(report.updated)}."] if report.updated else []
    return [*(new + changed or ["Nothing to change."]), *report.kept, *report.missing_plugins]


@tenants.command("export")
@click.argument("folder", type=_folder)
@click.argument("slugs", nargs=-1)
@click.pass_obj
def export(context: CommandContext, folder: Path, slugs: tuple[str, ...]) -> None:
    """Write organisations (by default all) as folders in FOLDER, which `luwte tenants import` reads back.

    Secret settings are left out, and named.
    """
    installation = context.installation()
    prepare(installation)
    every = [tenant.slug for tenant in installation.directory.all() if tenant.kind == "organisation"]
    for slug in slugs or every:
        secrets = _secrets(installation, slug)
        click.echo(f"{export_tenant(installation.engine, slug, folder, secrets)}")
        if secrets:
            click.echo(f"    left out, because they are secret: {', '.join(secrets)}")


def _secrets(installation: Installation, slug: str) -> list[str]:
    """The names of an organisation's secret settings that are set."""
    tenant = installation.directory.by_slug(slug)
    if tenant is None:
        return []
    with tenant_session(installation.engine, tenant.id, writes=False) as session, session.begin():
        return all_secrets(session)


@tenants.command("list")
@click.pass_obj
def list_tenants(context: CommandContext) -> None:
    """List organisations: short name, state, name, address of the site, plugins."""
    installation = context.installation()
    prepare(installation)
    for tenant in installation.directory.all():
        host = tenant.site_hosts[0] if tenant.site_hosts else tenant.workplace_host
        plugins = ", ".join(sorted(tenant.plugins)) or "no plugins"
        click.echo(
            f"{tenant.slug}  {tenant.state}  {tenant.name}  {installation.configuration.address(host)}  {plugins}"
        )
