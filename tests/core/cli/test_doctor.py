"""`luwte doctor keys`: digits to compare, and a fault where a list was spoilt."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from core.cli.demo import make_demo_staff
from core.cli.doctor import doctor
from core.configuration import Configuration
from core.crypto.sealing import fingerprint
from core.errors import LuwteError
from core.keys.lists import PublicLists
from core.testing.organisations import TwoTenants, add_tenant
from tests.core.cli.context import TestContext
from tests.core.identity.cheap import cheap_passwords

__all__ = ["cheap_passwords"]


@pytest.fixture
def context(configuration: Configuration, tenants: TwoTenants, cheap_passwords: None) -> Iterator[TestContext]:
    """`a` has no key; `c` has a demo organisation's."""
    context = TestContext(configuration)
    installation = context.installation()
    add_tenant(installation.engine, "c", demo=True)
    installation.directory.refresh()
    make_demo_staff(installation)
    yield context
    context.close()


def run(context: TestContext, *more: str) -> str:
    return CliRunner().invoke(doctor, ["keys", *more], obj=context, catch_exceptions=False).output


def test_it_prints_the_digits_of_each_key(context: TestContext) -> None:
    shown = run(context)
    tenant = context.installation().directory.by_slug("c")
    assert tenant
    document = PublicLists.of(context.installation().configuration).read(tenant.id, 0)
    assert document
    assert f"    key      {fingerprint(document.root)}\n" in shown
    for helper in document.helpers:
        assert f"    helper   {fingerprint(helper.key)}  {helper.name}, approved until " in shown
    assert "A\n    no key yet: a coordinator makes it at the workplace, on the page Keys\n" in shown
    assert "    a key for trying out: its words lie beside it\n" in shown
    assert run(context, "--organisation", "a").splitlines()[0] == "A"
    with pytest.raises(LuwteError, match="There is no organisation never"):
        run(context, "--organisation", "never")


def test_a_list_that_was_spoilt_is_a_fault(context: TestContext) -> None:
    tenant = context.installation().directory.by_slug("c")
    assert tenant
    path = context.installation().configuration.home / "public-keys" / str(tenant.id) / "1.json"
    path.write_text(path.read_text().replace('"Noor"', '"Boef"'))
    result = CliRunner().invoke(doctor, ["keys"], obj=context)
    assert "    FAULT  The list of keys is not signed by the organisation's key.\n" in result.output
    assert "put public-keys back from a backup" in str(result.exception)
