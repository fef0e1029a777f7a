"""`luwte doctor`: whether all is well with what nobody sees on screen."""

from collections.abc import Iterator
from datetime import UTC, datetime

import click

from core.cli.context import CommandContext
from core.cli.preparation import prepare
from core.crypto.sealing import KeysDocument, SealingRefused, fingerprint
from core.errors import LuwteError
from core.installation import Installation
from core.keys.lists import PublicLists
from core.keys.services.checking import checked_history
from core.tenancy.tenant import Tenant


@click.group()
def doctor() -> None:
    """Look at what nobody sees on screen."""


@doctor.command()
@click.option("--organisation", "slug", help="Its short name, such as luisterboom; by default all.")
@click.pass_obj
def keys(context: CommandContext, slug: str | None) -> None:
    """Print each organisation's key and its helpers' as digits to compare, after checking every list."""
    installation, faults = context.installation(), 0
    prepare(installation)
    for tenant in _chosen(installation, slug):
        for line in _lines(installation, tenant):
            click.echo(line)
            faults += line.lstrip().startswith("FAULT")
    if faults:
        raise LuwteError("A list of keys is not as its organisation signed it: put public-keys back from a backup.")


def _chosen(installation: Installation, slug: str | None) -> list[Tenant]:
    tenants = [tenant for tenant in installation.directory.all() if tenant.kind != "network"]
    chosen = [tenant for tenant in tenants if slug in (None, tenant.slug)]
    if not chosen:
        raise LuwteError(f"There is no organisation {slug}: `luwte tenants list` shows them all.")
    return chosen


def _lines(installation: Installation, tenant: Tenant) -> Iterator[str]:
    lists, now = PublicLists.of(installation.configuration), int(installation.clock().timestamp())
    yield tenant.name
    try:
        version = lists.newest(tenant.id, now)
        documents = checked_history(lists, tenant.id)
    except SealingRefused as refusal:
        yield f"    FAULT  {refusal}"
        return
    if not documents:
        yield "    no key yet: a coordinator makes it at the workplace, on the page Keys"
        return
    newest = documents[-1]
    if lists.is_demo(newest):
        yield "    a key for trying out: its words lie beside it"
    if version is None:
        yield f"    it does not count here: delete {lists.folder / str(tenant.id)}, and a coordinator makes a real one"
    yield f"    list {newest.version} of {_day(newest.issued)}"
    yield f"    key      {fingerprint(newest.root)}"
    yield from _helpers(newest, now)
    waiting = lists.waiting(tenant.id)
    if waiting:
        new = KeysDocument.read(waiting.path.read_bytes(), tenant.id)
        yield f"    waits    {fingerprint(new.root)}  counts from {_day(waiting.counts_from)}, unless it is stopped"


def _helpers(document: KeysDocument, now: int) -> Iterator[str]:
    for helper in document.helpers:
        until = "approved until" if helper.ends > now else "was approved until"
        yield f"    helper   {fingerprint(helper.key)}  {helper.name}, {until} {_day(helper.ends)}"


def _day(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
