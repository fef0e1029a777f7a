"""`luwte privacy`: hand over or erase what plugins and the core hold about people, switched off or not."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

import click

from core.cli.context import CommandContext
from core.cli.preparation import prepare
from core.errors import LuwteError
from core.identity.services.staff import find_by_name
from core.installation import Installation
from core.plugin_host.host import Plugin
from core.privacy.own_rooms import NAME as CORE
from core.privacy.own_rooms import OwnRooms, own_rooms
from core.privacy.personal_data import Desk, Erased, Holder, unasked
from core.realtime.personal_data import abandoned_streams
from core.tenancy.session import tenant_session
from core.tenancy.tenant import Tenant

_organisation = click.option("--organisation", "slug", required=True, help="Its short name, such as luisterboom.")
_plugin = click.option(
    "--plugin", "name", help="One plugin, or core for Luwte's own rooms; by default all that are installed, and core."
)
_person = click.option("--person", help="Only what is kept of one member of staff: their sign-in name.")
_file = click.Path(path_type=Path, dir_okay=False)
no_question = click.option("--yes", is_flag=True, help="Do not ask; for scripts.")


@click.group()
def privacy() -> None:
    """Hand over or erase what plugins and Luwte itself hold about people."""


@privacy.command()
@_organisation
@_plugin
@_person
@click.argument("file", type=_file)
@click.pass_obj
def export(context: CommandContext, slug: str, name: str | None, person: str | None, file: Path) -> None:
    """Write an organisation's personal data to FILE, one JSON object a line. Only you may read the file."""
    installation = context.installation()
    prepare(installation)
    tenant, holders = _tenant(installation, slug), _holders(installation, name)
    desk = desk_of(installation)
    if person is None:
        lines = desk.export_lines([tenant], holders)
    else:
        lines = desk.export_person_lines(tenant, holders, _staff_id(installation, tenant, person))
    rows = write_private(file, lines)
    click.echo(f"{rows} rows of {person or slug} are in {file}.")
    if person is not None:
        _say_unasked(unasked(holders, erasing=False))
    say_left_out(installation)


@privacy.command("erase")
@_organisation
@_plugin
@_person
@no_question
@click.pass_obj
def erase_(context: CommandContext, slug: str, name: str | None, person: str | None, yes: bool) -> None:
    """Erase an organisation's personal data, all of it, the accounts of its staff and switched-off plugins included."""
    installation = context.installation()
    prepare(installation)
    tenant, holders = _tenant(installation, slug), _holders(installation, name)
    if person is not None:
        staff_id = _staff_id(installation, tenant, person)
        confirm(person, yes, f"What is kept of {person} at {slug} is erased.")
        _say(erased_lines(tenant, desk_of(installation).erase_person(tenant, holders, staff_id)))
        _say_unasked(unasked(holders, erasing=True))
    else:
        confirm(slug, yes, f"All that {', '.join(it.name for it in holders)} hold about people at {slug} is erased.")
        for holder in holders:
            _say(erased_lines(tenant, desk_of(installation).erase(tenant, holder)))
        _say_what_stays(holders)
    say_left_out(installation)


def desk_of(installation: Installation) -> Desk:
    """Where this installation's personal data is handed over and erased, in the operator's name."""
    return Desk(installation.engine, installation.keys, installation.clock)


def confirm(name: str, yes: bool, consequence: str) -> None:
    """Says what will happen and has the name typed. Raises LuwteError, with nothing changed, for anything else."""
    if yes:
        return
    question = f"{consequence} It cannot be brought back.\nType {name} to go on"
    if click.prompt(question, default="", show_default=False).strip() != name:
        raise LuwteError(f"{name} was not typed: nothing was changed.")


def chosen_plugins(installation: Installation, name: str | None) -> Sequence[Plugin]:
    """The plugin of this name, or all. Raises LuwteError for one that is not installed."""
    plugins = installation.plugins.plugins
    if name is not None and name not in plugins:
        raise LuwteError(f"There is no plugin {name}: `luwte plugins` shows them all.")
    return list(plugins.values()) if name is None else [plugins[name]]


def erased_lines(tenant: Tenant, erased: Iterable[Erased]) -> list[str]:
    """What to tell the operator, what is still there included."""
    lines = []
    for one in erased:
        lines.append(f"{tenant.slug}  {one.kind}  {one.rows} rows erased")
        if one.left:
            lines.append(f"{tenant.slug}  {one.kind}  {one.left} rows are still there: tell the plugin's makers")
    return lines


def say_left_out(installation: Installation) -> None:
    """Names plugins whose data nobody could ask for: they were left out at the start."""
    for name in sorted(installation.plugins.left_out):
        click.echo(
            f"Not asked: {name}, which was left out at the start. Mend it, and do this again for --plugin {name}."
        )


def write_private(path: Path, lines: Iterable[str]) -> int:
    """Writes lines to a new file that only its owner may read; gives how many.

    Raises LuwteError where the file exists or cannot be made; a fault on the way leaves no file.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise LuwteError(f"{path} is there already: name another file, nothing was changed.") from None
    except OSError as error:
        raise LuwteError(f"{path} cannot be made ({error.strerror}): name another file.") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            return sum(file.write(f"{line}\n") > 0 for line in lines)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _holders(installation: Installation, name: str | None) -> list[Holder]:
    """The core comes last: what plugins hold may point at its accounts."""
    core = own_rooms([abandoned_streams(installation.plugins.plugins.keys())])
    if name == CORE:
        return [core]
    return [*chosen_plugins(installation, name), *([core] if name is None else [])]


def _tenant(installation: Installation, slug: str) -> Tenant:
    tenant = installation.directory.by_slug(slug)
    if tenant is None:
        raise LuwteError(f"There is no organisation {slug}: `luwte tenants list` shows them all.")
    return tenant


def _staff_id(installation: Installation, tenant: Tenant, name: str) -> UUID:
    with tenant_session(installation.engine, tenant.id, writes=False) as session, session.begin():
        account = find_by_name(session, name)
    if account is None:
        raise LuwteError(
            f"There is nobody with the sign-in name {name} at {tenant.slug}: `luwte staff list` shows all."
        )
    return account.id


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _say_what_stays(holders: Iterable[Holder]) -> None:
    kinds = [kind for holder in holders if isinstance(holder, OwnRooms) for kind in holder.stays]
    for kind in kinds:
        click.echo(f"{kind.name} stays until its time: it names staff by id alone, and the names are gone.")


def _say_unasked(kinds: Sequence[str]) -> None:
    if kinds:
        click.echo(f"Not for one person alone, and so left out: {', '.join(kinds)}.")
