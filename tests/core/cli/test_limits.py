"""`luwte limits`: shows and chooses how long things stay, in sentences."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.cli.limits import limits
from core.configuration import Configuration
from core.errors import LuwteError
from core.tenancy.session import tenant_session
from core.testing.organisations import TwoTenants, add_tenant
from tests.core.cli.context import TestContext


@pytest.fixture
def context(configuration: Configuration, tenants: TwoTenants) -> Iterator[TestContext]:
    made = TestContext(configuration)
    add_tenant(made.installation().engine, "console", kind="network")
    yield made
    made.close()


def run(context: TestContext, *arguments: str) -> str:
    return CliRunner().invoke(limits, arguments, obj=context, catch_exceptions=False).output


def test_the_table_says_what_holds_and_what_may_be_chosen(context: TestContext) -> None:
    network, own = run(context, "list"), run(context, "list", "--organisation", "a")
    assert "core.audit  5 years  (at most 5 years)  What staff did.\n" in own
    assert "core.staff  30 days  (at most 30 days)" in own
    assert "core.sign_in_failures  1 hour  (fixed)" in own
    assert "core.backups  30 days  (at most 92 days)" in network
    assert "core.backups" not in own, "no organisation has a say in backups of all"


def test_a_choice_holds_and_is_on_record(context: TestContext, tenants: TwoTenants) -> None:
    assert run(context, "set", "core.staff", "10 days", "--organisation", "a") == "core.staff stays for 10 days at a.\n"
    assert run(context, "set", "core.staff", "1 week") == "core.staff stays for 1 week at console.\n"
    assert "core.staff  1 week  (at most 1 week)" in run(context, "list", "--organisation", "a")
    assert "core.staff stays for 30 days" in run(context, "reset", "core.staff")
    assert "core.staff  10 days  (at most 30 days)" in run(context, "list", "--organisation", "a")
    with tenant_session(context.installation().engine, tenants.a.id, writes=False) as session, session.begin():
        (deed,) = session.scalars(select(AuditRecord)).all()
    assert (deed.action, deed.subject) == ("privacy.limit_changed", "limit:core-staff")


@pytest.mark.parametrize(
    "arguments,sentence",
    [
        (("set", "core.staff", "soon"), "write it like 10 minutes"),
        (("set", "core.staff", "31 days"), r"core\.staff may stay for 1 day to 30 days"),
        (("set", "core.events", "1 minute", "--organisation", "nobody"), "There is no organisation nobody"),
        (("set", "tea.cups", "1 day"), r"There is no kind of data tea\.cups here"),
        (("set", "core.backups", "1 day", "--organisation", "a"), r"There is no kind of data core\.backups here"),
        (("set", "core.sign_in_failures", "1 day"), "nobody chooses that"),
    ],
)
def test_what_cannot_be_chosen_gets_a_sentence(context: TestContext, arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(LuwteError, match=sentence):
        run(context, *arguments)
