"""`luwte demo`: accounts to try the demo organisations with, and the words of their keys. Never in production."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from core.cli.context import CommandContext
from core.cli.demo_keys import make_key_words, read_key_words
from core.cli.demo_words import Words, read_words, write_words
from core.cli.preparation import prepare
from core.errors import LuwteError
from core.identity.passphrase import make_passphrase
from core.identity.roles import COORDINATOR, HELPER, NETWORK_ADMIN
from core.identity.services import staff as accounts
from core.installation import Installation
from core.tenancy.session import tenant_session
from core.tenancy.tenant import Tenant

_ORGANISATION = (
    ("noor", "Noor", frozenset({HELPER})),
    ("sem", "Sem", frozenset({HELPER})),
    ("anke", "Anke", frozenset({COORDINATOR})),
    ("bas", "Bas", frozenset({COORDINATOR})),
)
_NETWORK = (("beheer", "Beheer", frozenset({NETWORK_ADMIN})),)

SignIns = Words
"""Short name of an organisation → sign-in name → password."""


@click.group()
def demo() -> None:
    """The demo accounts."""


@demo.command("sign-ins")
@click.pass_obj
def sign_ins(context: CommandContext) -> None:
    """Show who can sign in at each demo organisation, and with what."""
    installation = context.installation()
    refuse_in_production(installation)
    prepare(installation)
    lines = sign_in_lines(installation)
    if not lines:
        raise LuwteError("There are no demo accounts yet: the first start makes them (make run, or luwte run).")
    for line in lines:
        click.echo(line)


def refuse_in_production(installation: Installation) -> None:
    """Raise LuwteError with one sentence where demo accounts have no place."""
    if installation.configuration.environment == "production":
        raise LuwteError("Demo accounts do not exist in production: add real ones with `luwte staff add`.")


def make_demo_staff(installation: Installation) -> None:
    """Make the demo accounts that are not there yet: two helpers and two coordinators each, and one network admin.

    Passwords are random, made here and kept in `demo-sign-ins.toml` in the installation's home; an account whose
    password was lost with that file gets a new one. Raises LuwteError in production.
    """
    refuse_in_production(installation)
    known = read_sign_ins(installation)
    for tenant in _demo_tenants(installation):
        known[tenant.slug] = _staff_of(installation, tenant, known.get(tenant.slug, {}))
    _write_sign_ins(installation, known)
    make_key_words(installation, [tenant for tenant in _demo_tenants(installation) if tenant.kind == "organisation"])


def sign_in_lines(installation: Installation) -> list[str]:
    """What to print: per demo organisation the address of its workplace, names and passwords."""
    known, lines = read_sign_ins(installation), list[str]()
    phrases = read_key_words(installation)
    for tenant in _demo_tenants(installation):
        lines.append(f"{tenant.name}  {installation.configuration.address(tenant.workplace_host)}")
        passwords, keys = known.get(tenant.slug, {}), phrases.get(tenant.slug, {})
        for name, _, roles in _people(tenant):
            key = f"  key words: {keys[name]}" if name in keys else ""
            lines.append(f"    {name} ({', '.join(sorted(roles))})  {passwords.get(name, '-')}{key}")
    return lines


def read_sign_ins(installation: Installation) -> SignIns:
    """The demo accounts by organisation; empty before they were made. Raises LuwteError for a broken file."""
    return read_words(_path(installation), "demo passwords")


def _demo_tenants(installation: Installation) -> Iterable[Tenant]:
    """The demo organisations, and the network itself where there are any: nobody else gets accounts from here."""
    tenants = [tenant for tenant in installation.directory.all() if tenant.demo and tenant.kind == "organisation"]
    network = [tenant for tenant in installation.directory.all() if tenant.kind == "network"]
    return [*sorted(tenants, key=lambda tenant: tenant.slug), *(network if tenants else [])]


def _people(tenant: Tenant) -> tuple[tuple[str, str, frozenset[str]], ...]:
    return _NETWORK if tenant.kind == "network" else _ORGANISATION


def _staff_of(installation: Installation, tenant: Tenant, known: Mapping[str, str]) -> dict[str, str]:
    """The accounts of one organisation: kept where the password is known, else made or given a new password."""
    sign_ins = {name: known.get(name) or make_passphrase() for name, _, _ in _people(tenant)}
    now = installation.clock()
    with tenant_session(installation.engine, tenant.id) as session, session.begin():
        for name, alias, roles in _people(tenant):
            account = accounts.find_by_name(session, name)
            if account is None:
                accounts.add_staff(session, name, alias, roles, sign_ins[name], now)
            elif name not in known:
                accounts.set_password(session, account, sign_ins[name], now)
    return sign_ins


def _path(installation: Installation) -> Path:
    return installation.configuration.home / "demo-sign-ins.toml"


def _write_sign_ins(installation: Installation, sign_ins: SignIns) -> None:
    write_words(_path(installation), "Demo accounts of this installation. They work here only.", sign_ins)
