"""`luwte demo sign-ins`, and the demo accounts: made once, kept to the owner, never in production."""

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from core.audit.record import OPERATOR
from core.cli.demo import demo, make_demo_staff, read_sign_ins, sign_in_lines
from core.cli.demo_keys import read_key_words
from core.cli.main import main
from core.configuration import Configuration
from core.crypto.sealing import KeysDocument, SigningKey, unwrap_signing_key
from core.errors import LuwteError
from core.identity.services import staff as accounts
from core.identity.services.sign_in import SignedIn, SignInDesk
from core.installation import Installation
from core.keys.lists import PublicLists
from core.keys.refused import KeysRefused
from core.keys.services.identity import identity_of
from core.keys.services.root import all_copies, publish
from core.tenancy.session import tenant_session
from core.testing.organisations import TwoTenants, add_tenant
from tests.core.cli.context import TestContext
from tests.core.identity.cheap import cheap_passwords

__all__ = ["cheap_passwords"]


@pytest.fixture
def context(configuration: Configuration, tenants: TwoTenants, cheap_passwords: None) -> Iterator[TestContext]:
    """`a` and `b` are real organisations; `c` is a demo, and there is the network."""
    context = TestContext(configuration)
    installation = context.installation()
    add_tenant(installation.engine, "c", demo=True)
    add_tenant(installation.engine, "console", kind="network")
    installation.directory.refresh()
    yield context
    context.close()


@pytest.fixture
def installation(context: TestContext) -> Installation:
    return context.installation()


def _sign_in(installation: Installation, slug: str, name: str, password: str) -> Any:
    tenant = installation.directory.by_slug(slug)
    assert tenant
    return SignInDesk(installation.engine, installation.keys, installation.clock).sign_in(tenant.id, name, password)


def test_two_helpers_and_two_coordinators_a_demo_organisation_and_one_network_admin(installation: Installation) -> None:
    make_demo_staff(installation)
    found = {
        slug: sorted(
            role for name, word in names.items() for role in _sign_in(installation, slug, name, word).identity.roles
        )
        for slug, names in read_sign_ins(installation).items()
    }
    assert found == {"c": ["coordinator", "coordinator", "helper", "helper"], "console": ["network_admin"]}


def test_a_second_time_changes_nothing(installation: Installation) -> None:
    make_demo_staff(installation)
    before = read_sign_ins(installation)
    make_demo_staff(installation)
    assert read_sign_ins(installation) == before
    assert isinstance(_sign_in(installation, "c", "noor", before["c"]["noor"]), SignedIn)


def test_the_passwords_are_kept_to_the_owner(installation: Installation) -> None:
    make_demo_staff(installation)
    path = installation.configuration.home / "demo-sign-ins.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(set(read_sign_ins(installation)["c"].values())) == 4


def test_lost_passwords_are_made_anew(installation: Installation) -> None:
    make_demo_staff(installation)
    old = read_sign_ins(installation)["c"]["noor"]
    (installation.configuration.home / "demo-sign-ins.toml").unlink()
    make_demo_staff(installation)
    new = read_sign_ins(installation)["c"]["noor"]
    assert not isinstance(_sign_in(installation, "c", "noor", old), SignedIn)
    assert isinstance(_sign_in(installation, "c", "noor", new), SignedIn)


def test_without_demo_organisations_there_are_no_accounts(configuration: Configuration, tenants: TwoTenants) -> None:
    context = TestContext(configuration)
    add_tenant(context.installation().engine, "console", kind="network")
    context.installation().directory.refresh()
    make_demo_staff(context.installation())
    assert read_sign_ins(context.installation()) == {}
    context.close()


def test_real_organisations_get_no_demo_accounts(installation: Installation, tenants: TwoTenants) -> None:
    make_demo_staff(installation)
    for tenant in (tenants.a, tenants.b):
        with tenant_session(installation.engine, tenant.id) as session, session.begin():
            assert accounts.all_staff(session) == []


def test_the_command_shows_address_name_role_and_password(context: TestContext) -> None:
    make_demo_staff(context.installation())
    shown = CliRunner().invoke(demo, ["sign-ins"], obj=context, catch_exceptions=False).output
    password = read_sign_ins(context.installation())["c"]["noor"]
    assert "C  http://c-werk.localhost:6543\n" in shown
    words = read_key_words(context.installation())["c"]["noor"]
    assert f"    noor (helper)  {password}  key words: {words}\n" in shown
    assert "    beheer (network_admin)  " in shown
    assert shown.splitlines() == sign_in_lines(context.installation())


def test_production_refuses_in_one_sentence(configuration: Configuration, tenants: TwoTenants) -> None:
    values = {"environment": "production", "trusted_proxies": ("127.0.0.1",)}
    context = TestContext(configuration.model_copy(update=values))
    add_tenant(context.installation().engine, "c", demo=True)
    context.installation().directory.refresh()
    with pytest.raises(LuwteError, match=r"^Demo accounts do not exist in production: .*`luwte staff add`\.$"):
        make_demo_staff(context.installation())
    with pytest.raises(LuwteError, match="Demo accounts do not exist"):
        CliRunner().invoke(demo, ["sign-ins"], obj=context, catch_exceptions=False)
    assert not Path(configuration.home / "demo-sign-ins.toml").exists()
    context.close()


def test_before_the_first_start_the_command_says_what_makes_them(tmp_path: Path) -> None:
    ini = tmp_path / "some.ini"
    ini.write_text("[app:main]\nuse = egg:luwte\nluwte.home = %(here)s/var\n", "utf-8")
    with pytest.raises(SystemExit) as stopped:
        main(["--config", str(ini), "demo", "sign-ins"])
    assert str(stopped.value.code).startswith("luwte: There are no demo accounts yet: the first start makes them")


def test_a_broken_file_is_told(installation: Installation) -> None:
    (installation.configuration.home / "demo-sign-ins.toml").write_text("[c\n", "utf-8")
    with pytest.raises(LuwteError, match=r"demo-sign-ins.toml cannot be read: delete it"):
        make_demo_staff(installation)


def test_keys_are_made_once_open_under_their_words_and_sign_each_other(installation: Installation) -> None:
    make_demo_staff(installation)
    tenant = installation.directory.by_slug("c")
    assert tenant
    words, seconds = read_key_words(installation)["c"], int(installation.clock().timestamp())
    document = PublicLists.of(installation.configuration).read(tenant.id, seconds)
    assert document
    with tenant_session(installation.engine, tenant.id) as session, session.begin():
        for account in accounts.all_staff(session):
            if "helper" in account.roles:
                identity = identity_of(session, account.id)
                assert identity
                assert document.helper(account.id, "helper", seconds).key == identity.public
                opened = unwrap_signing_key(identity.wrapped, words[account.name], tenant.id, account.id)
                assert opened.public == identity.public
        copies = all_copies(session)
        names = {account.id: account.name for account in accounts.all_staff(session)}
        assert sorted(names[copy.staff_id] for copy in copies if copy.staff_id) == ["anke", "bas"]
        for copy in copies:
            assert copy.staff_id
            opened = unwrap_signing_key(copy.wrapped, words[names[copy.staff_id]], tenant.id, copy.staff_id)
            assert opened.public == document.root
    make_demo_staff(installation)
    assert read_key_words(installation)["c"] == words
    assert PublicLists.of(installation.configuration).newest(tenant.id, seconds) == 1


def test_production_refuses_keys_of_a_demo_organisation(installation: Installation) -> None:
    make_demo_staff(installation)
    tenant = installation.directory.by_slug("c")
    assert tenant
    here = PublicLists.of(installation.configuration)
    there = replace(here, demo=False)
    assert here.newest(tenant.id, 0) == 1
    assert there.newest(tenant.id, 0) is None
    document = KeysDocument.read(here.text(tenant.id, 1) or b"", tenant.id)
    with pytest.raises(KeysRefused) as refused:
        there.publish(document)
    assert refused.value.code == "demo_root"
    own = KeysDocument(tenant.id, 1, 0, (root := SigningKey.new()).public).signed(root)
    with (
        pytest.raises(KeysRefused) as barred,
        tenant_session(installation.engine, tenant.id) as session,
        session.begin(),
    ):
        publish(session, there, own.to_json(), (), OPERATOR, installation.clock())
    assert barred.value.code == "demo_root"
