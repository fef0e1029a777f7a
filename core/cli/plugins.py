"""`luwte plugins`: which plugins there are and how they do; taking one away, with what it holds about people."""

import time
from collections.abc import Iterator
from pathlib import Path

import click

from core.cli.context import CommandContext
from core.cli.preparation import prepare
from core.cli.privacy import chosen_plugins, confirm, desk_of, erased_lines, no_question, write_private
from core.errors import LuwteError
from core.events.telling import put_back, troubles
from core.installation import Installation
from core.plugin_host.host import Plugin
from core.tenancy.changes import switch_plugin
from core.tenancy.directory import POLL_SECONDS
from core.tenancy.session import network_session, tenant_session
from core.worker.leases import Leases


@click.group(invoke_without_command=True)
@click.pass_context
def plugins(context: click.Context) -> None:
    """List the installed plugins; remove one; have it told again what it could not hear."""
    if context.invoked_subcommand is None:
        context.invoke(list_plugins)


@plugins.command("list")
@click.pass_obj
def list_plugins(context: CommandContext) -> None:
    """List plugins: version, API version, for how many organisations on, tables, last errors."""
    installation = context.installation()
    prepare(installation)
    for plugin in installation.plugins.plugins.values():
        for line in _told(installation, plugin):
            click.echo(line)
    for name in sorted(installation.plugins.left_out):
        click.echo(_missed(installation, name))


def _missed(installation: Installation, name: str) -> str:
    tenants, sentence = installation.directory.all(), installation.plugins.left_out[name].sentence
    on = sum(name in tenant.plugins for tenant in tenants)
    return f"{name}  LEFT OUT AT THE START  on for {on} of {len(tenants)}  {sentence}"


def _told(installation: Installation, plugin: Plugin) -> Iterator[str]:
    tenants, card = installation.directory.all(), plugin.card
    on = sum(plugin.name in tenant.plugins for tenant in tenants)
    tables = ", ".join(str(getattr(model, "__tablename__", "?")) for model in plugin.models) or "none"
    yield f"{card.name}  {card.version}  API {card.api_version}  on for {on} of {len(tenants)}  tables: {tables}"
    yield from (f"    {line}" for line in _errors(installation, plugin))


def _errors(installation: Installation, plugin: Plugin) -> Iterator[str]:
    """What went wrong last: in jobs, and in telling events. Kinds and code lines, no values."""
    slugs = {tenant.id: tenant.slug for tenant in installation.directory.all()}
    for row in Leases(installation.engine, installation.clock).failed(job.name for job in plugin.jobs):
        yield f"job {row.job} ({slugs.get(row.tenant_id, 'network')}) failed {row.failures} times: {row.error}"
    for tenant_id, slug in slugs.items():
        with tenant_session(installation.engine, tenant_id, writes=False) as session, session.begin():
            for event in troubles(session, plugin.name):
                state = "was set aside" if event.set_aside_at else "is tried again"
                yield f"event {event.name} ({slug}) {state} after {event.attempts} tries: {event.error}"


@plugins.command()
@click.argument("name")
@click.pass_obj
def retry(context: CommandContext, name: str) -> None:
    """Have the events told again that were set aside after many tries."""
    installation = context.installation()
    prepare(installation)
    plugin, count = chosen_plugins(installation, name)[0], 0
    for tenant in installation.directory.all():
        with tenant_session(installation.engine, tenant.id) as session, session.begin():
            count += put_back(session, plugin.name)
    click.echo(f"{count} events are told again.")


@plugins.command()
@click.argument("name")
@click.option("--export", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write its personal data here.")
@click.option("--erase", "erases", is_flag=True, help="Erase its personal data, for good. You type its name first.")
@no_question
@click.pass_obj
def remove(context: CommandContext, name: str, file: Path | None, erases: bool, yes: bool) -> None:
    """Export or erase (or both) what a plugin holds about people, and switch it off everywhere."""
    if file is None and not erases:
        raise LuwteError("Say what happens to what the plugin holds about people: --export FILE, --erase, or both.")
    installation = context.installation()
    prepare(installation)
    plugin = chosen_plugins(installation, name)[0]
    _refuse_if_needed(installation, plugin)
    tenants, desk = installation.directory.all(), desk_of(installation)
    if erases:
        confirm(name, yes, _consequence(installation, plugin))
    if file is not None:
        rows = write_private(file, desk.export_lines(tenants, [plugin]))
        click.echo(f"{rows} rows are in {file}.")
    desk.note_removal(tenants, name)
    click.echo(f"{name} is switched off for {_switch_off(installation, plugin)} organisations.")
    if erases:
        _erase(installation, plugin)
    _say_what_remains(plugin, erases)


def _consequence(installation: Installation, plugin: Plugin) -> str:
    on = sum(plugin.name in tenant.plugins for tenant in installation.directory.all())
    kinds = " ".join(kind.description for kind in plugin.personal_data) or "It holds nothing about people."
    return f"{plugin.name} is switched off for {on} organisations, and what it holds is erased. {kinds}"


def _refuse_if_needed(installation: Installation, plugin: Plugin) -> None:
    needing = [other.name for other in installation.plugins.plugins.values() if plugin.name in other.card.requires]
    if needing:
        raise LuwteError(f"Plugin {plugin.name} is required by {', '.join(needing)}: remove that first.")


def _switch_off(installation: Installation, plugin: Plugin) -> int:
    """Before erasing, so that nothing new comes in; every process knows it after a moment."""
    on = [tenant for tenant in installation.directory.all() if plugin.name in tenant.plugins]
    with network_session(installation.engine, "remove a plugin") as session, session.begin():
        for tenant in on:
            switch_plugin(session, tenant.id, plugin.name, on=False)
    installation.directory.refresh()
    if on:
        time.sleep(2 * POLL_SECONDS)
    return len(on)


def _erase(installation: Installation, plugin: Plugin) -> None:
    for tenant in installation.directory.all():
        for line in erased_lines(tenant, desk_of(installation).erase(tenant, plugin)):
            click.echo(line)
    Leases(installation.engine, installation.clock).forget(job.name for job in plugin.jobs)


def _say_what_remains(plugin: Plugin, erased: bool) -> None:
    tables = ", ".join(str(getattr(model, "__tablename__", "?")) for model in plugin.models)
    click.echo(f"What remains: stop Luwte, take the plugin away (pip uninstall, for {plugin.card.package}), start it.")
    if tables:
        click.echo(f"Its tables stay ({'without' if erased else 'with'} its personal data): {tables}.")
