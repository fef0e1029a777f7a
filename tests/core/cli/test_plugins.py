"""`luwte plugins` and `luwte privacy`: what there is, what goes wrong, and taking a plugin away with what it holds."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import select
from structlog.testing import capture_logs

from core.audit.models import AuditRecord
from core.audit.record import OPERATOR, record
from core.cli import plugins as plugins_module
from core.cli.plugins import plugins
from core.cli.privacy import privacy
from core.configuration import Configuration
from core.errors import LuwteError
from core.events.models import OutboxEvent
from core.events.telling import WAITS, note_failure
from core.identity.models import Staff
from core.installation import Installation
from core.plugin_host.left_out import LeftOut
from core.tenancy.session import tenant_session
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.example_models import ExampleOwner
from core.testing.installations import make_installation
from core.testing.organisations import add_tenant
from core.testing.people import add_helper
from core.testing.throwaway import workshop_in
from core.worker.leases import NETWORK, Leases
from tests.core.privacy.test_personal_data import HOOKS

JOBS = """
from core.api import Job

@hookimpl
def declare_jobs():
    return (Job("example.tidy", timedelta(hours=1), "network", lambda context: None),)
"""
NEEDS = 'name = "needy"\nentry_point = "PACKAGE"\nversion = "2"\napi_version = 1\nrequires = ["example"]\n'


class Shell:
    """A command line on an installation whose plugins are `example` and, if asked, one that requires it."""

    def __init__(self, installation: Installation) -> None:
        """`installation` stays the caller's."""
        self.installation = installation

    def run(self, group: click.Group, *words: str, typed: str = "") -> str:
        """What a command prints; its LuwteError comes out as it is."""
        context = type("Context", (), {"installation": lambda _: self.installation})()
        result = CliRunner().invoke(group, words, obj=context, input=typed, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    def names(self, slug: str) -> list[str]:
        """What an organisation has stored."""
        with self.at(slug) as session, session.begin():
            return list(session.scalars(select(ExampleOwner.name).order_by(ExampleOwner.name)))

    def deeds(self, slug: str) -> list[tuple[str, str | None]]:
        """What the operator did, as an organisation's record has it."""
        with self.at(slug) as session, session.begin():
            rows = session.scalars(select(AuditRecord).where(AuditRecord.staff_id == OPERATOR))
            return sorted((row.action, row.subject) for row in rows)

    def at(self, slug: str) -> Any:
        """A session at an organisation."""
        tenant = self.installation.directory.by_slug(slug)
        assert tenant is not None
        return tenant_session(self.installation.engine, tenant.id)

    def fail_to_tell(self, slug: str, times: int) -> None:
        """An event that could not be told so many times."""
        with self.at(slug) as session, session.begin():
            row = OutboxEvent(
                event_id=session.tenant_id, plugin="example", name="x.y", version=1, payload="{}", position=1,
                at=self.installation.clock(),
            )  # fmt: skip
            session.add(row)
            session.flush()
            for _ in range(times):
                note_failure(session, row.id, "ValueError at hooks.py:3", self.installation.clock())


@pytest.fixture
def shell(
    database: Database,
    configuration: Configuration,
    clock: FixedClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Shell]:
    monkeypatch.setattr(plugins_module, "POLL_SECONDS", 0)
    for name in ("plugins", "privacy"):
        monkeypatch.setattr(f"core.cli.{name}.prepare", lambda installation: None)
    for slug in ("a", "b", "off"):
        add_tenant(database.engine, slug, plugins=["example"] if slug != "off" else [], clock=clock)
    with workshop_in(tmp_path / "plugins") as workshop, capture_logs():
        cards = [workshop.plugin("example", HOOKS + JOBS)]
        if getattr(request, "param", None):
            cards.append(workshop.plugin("needy", card=NEEDS))
        installation = make_installation(configuration, clock, cards)
        made = Shell(installation)
        for slug in ("a", "b", "off"):
            with made.at(slug) as session, session.begin():
                session.add(ExampleOwner(name=f"Anna of {slug}"))
        yield made
        installation.engine.dispose()


def test_the_list_names_what_was_left_out_why_and_who_misses_it(shell: Shell) -> None:
    left_out = LeftOut("Plugin example is broken: mend it.", {})
    shell.installation.plugins.left_out["example"] = left_out
    assert "example  LEFT OUT AT THE START  on for 2 of 3  Plugin example is broken: mend it." in shell.run(plugins)


def test_the_list_shows_version_organisations_tables_and_last_errors(shell: Shell) -> None:
    shell.fail_to_tell("b", 1)
    leases = Leases(shell.installation.engine, shell.installation.clock)
    assert leases.take(("example.tidy", NETWORK), timedelta(seconds=9))
    leases.finish(("example.tidy", NETWORK), shell.installation.clock(), timedelta(), "took longer than its limit")
    for words in ((), ("list",)):
        assert shell.run(plugins, *words).splitlines() == [
            "example  1  API 1  on for 2 of 3  tables: example_owner",
            "    job example.tidy (network) failed 1 times: took longer than its limit",
            "    event x.y (b) is tried again after 1 tries: ValueError at hooks.py:3",
        ]


def test_what_was_set_aside_is_listed_and_told_again_on_demand(shell: Shell) -> None:
    shell.fail_to_tell("a", len(WAITS) + 1)
    assert "event x.y (a) was set aside after 8 tries" in shell.run(plugins)
    assert shell.run(plugins, "retry", "example") == "1 events are told again.\n"
    assert "set aside" not in shell.run(plugins)


def test_removing_exports_first_then_erases_and_says_what_remains(shell: Shell, tmp_path: Path) -> None:
    shell.fail_to_tell("a", 1)
    file = tmp_path / "data.jsonl"
    output = shell.run(plugins, "remove", "example", "--export", str(file), "--erase", typed="example\n")
    assert "example is switched off for 2 organisations, and what it holds is erased. Owners by name." in output
    assert [json.loads(line)["row"]["name"] for line in file.read_text().splitlines()] == [
        "Anna of a", "Anna of b", "Anna of off",
    ]  # fmt: skip
    assert file.stat().st_mode & 0o777 == 0o600
    assert "3 rows are in" in output
    assert "example is switched off for 2 organisations." in output
    assert "pip uninstall" in output
    assert "Its tables stay (without its personal data): example_owner." in output
    assert [shell.names(slug) for slug in ("a", "b", "off")] == [[], [], []]
    assert "on for 0 of 3" in shell.run(plugins)
    assert "x.y" not in shell.run(plugins)


def test_removing_with_an_export_alone_keeps_the_rows(shell: Shell, tmp_path: Path) -> None:
    output = shell.run(plugins, "remove", "example", "--export", str(tmp_path / "data.jsonl"))
    assert "with its personal data" in output
    assert shell.names("a") == ["Anna of a"]
    assert all(not tenant.plugins for tenant in shell.installation.directory.all())


@pytest.mark.parametrize("typed", ["y\n", "\n", "exampl\n"])
def test_erasing_a_plugins_data_needs_its_name(shell: Shell, tmp_path: Path, typed: str) -> None:
    file = tmp_path / "data.jsonl"
    with pytest.raises(LuwteError, match="example was not typed: nothing was changed"):
        shell.run(plugins, "remove", "example", "--export", str(file), "--erase", typed=typed)
    assert not file.exists()
    assert shell.names("a") == ["Anna of a"]
    assert "on for 2 of 3" in shell.run(plugins)
    assert shell.deeds("a") == []
    assert "example is switched off for 2 organisations." in shell.run(plugins, "remove", "example", "--erase", "--yes")


def test_removing_is_on_record_at_each_organisation(shell: Shell, tmp_path: Path) -> None:
    shell.run(plugins, "remove", "example", "--export", str(tmp_path / "data.jsonl"), "--erase", "--yes")
    for slug in ("a", "off"):
        assert shell.deeds(slug) == [
            ("plugins.removed", "plugin:example"),
            ("privacy.erased", "data:example"),
            ("privacy.exported", "data:example"),
        ]


def test_removing_asks_what_to_do_with_the_data(shell: Shell) -> None:
    with pytest.raises(LuwteError, match="--export FILE, --erase"):
        shell.run(plugins, "remove", "example")
    assert "on for 2 of 3" in shell.run(plugins)


def test_an_export_that_cannot_be_written_changes_nothing(shell: Shell, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    for file, reason in ((there, "is there already"), (tmp_path / "no" / "folder", "cannot be made")):
        with pytest.raises(LuwteError, match=reason):
            shell.run(plugins, "remove", "example", "--export", str(file), "--erase", "--yes")
    assert there.read_text() == "mine"
    assert shell.names("a") == ["Anna of a"]
    assert "on for 2 of 3" in shell.run(plugins)


@pytest.mark.parametrize("shell", [True], indirect=True)
def test_a_plugin_that_another_requires_is_not_removed(shell: Shell) -> None:
    with pytest.raises(LuwteError, match="is required by needy"):
        shell.run(plugins, "remove", "example", "--erase")


def test_privacy_exports_and_erases_one_organisation(shell: Shell, tmp_path: Path) -> None:
    file, here = tmp_path / "off.jsonl", ("--organisation", "off", "--plugin", "example")
    assert "1 rows of off" in shell.run(privacy, "export", *here, str(file))
    assert json.loads(file.read_text())["row"]["name"] == "Anna of off"
    assert "off  example.owners  1 rows erased" in shell.run(privacy, "erase", *here, typed="off\n")
    assert [shell.names(slug) for slug in ("a", "b", "off")] == [["Anna of a"], ["Anna of b"], []]
    assert shell.deeds("off") == [("privacy.erased", "data:example"), ("privacy.exported", "data:example")]
    assert shell.deeds("a") == []


def test_privacy_covers_the_cores_own_rooms(shell: Shell, tmp_path: Path) -> None:
    with shell.at("off") as session, session.begin():
        noor = add_helper(session)
        record(session, noor.id, "test.deed")
    file, again = tmp_path / "off.jsonl", tmp_path / "again.jsonl"
    shell.run(privacy, "export", "--organisation", "off", str(file))
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [row["row"]["name"] for row in rows if row["kind"] == "core.staff"] == [noor.name]
    assert [row["row"]["name"] for row in rows if row["plugin"] == "example"] == ["Anna of off"]
    said = shell.run(privacy, "erase", "--organisation", "off", "--yes")
    assert "off  core.staff  1 rows erased" in said
    assert "core.audit stays until its time: it names staff by id alone, and the names are gone." in said
    shell.run(privacy, "export", "--organisation", "off", str(again))
    assert {json.loads(line)["kind"] for line in again.read_text().splitlines()} == {"core.audit"}
    assert noor.name not in again.read_text()


def test_privacy_covers_one_member_of_staff(shell: Shell, tmp_path: Path) -> None:
    with shell.at("a") as session, session.begin():
        noor, other = add_helper(session), add_helper(session, "Bo")
    file, who = tmp_path / "noor.jsonl", ("--organisation", "a", "--person", noor.name)
    said = shell.run(privacy, "export", *who, str(file))
    assert f"1 rows of {noor.name} are in" in said
    assert "left out: example.owners, core.streams, core.sign_in_failures, core.time_outs, core.events." in said
    assert json.loads(file.read_text())["row"]["name"] == noor.name
    with pytest.raises(LuwteError, match="nothing was changed"):
        shell.run(privacy, "erase", *who, typed="a\n")
    assert "a  core.staff  1 rows erased" in shell.run(privacy, "erase", *who, typed=f"{noor.name}\n")
    with shell.at("a") as session, session.begin():
        assert {row.name for row in session.scalars(select(Staff))} == {f"erased-{noor.id.hex}", other.name}
    assert shell.deeds("a") == [
        ("privacy.person_erased", f"staff:{noor.id}"), ("privacy.person_exported", f"staff:{noor.id}"),
    ]  # fmt: skip
    assert shell.names("a") == ["Anna of a"]
    with pytest.raises(LuwteError, match=f"There is nobody with the sign-in name {noor.name} at a"):
        shell.run(privacy, "erase", *who, "--yes")


def test_privacy_names_what_it_could_not_ask(shell: Shell, tmp_path: Path) -> None:
    shell.installation.plugins.left_out["broken"] = LeftOut("Plugin broken is broken: mend it.", {})
    said = shell.run(privacy, "export", "--organisation", "a", str(tmp_path / "a.jsonl"))
    assert "Not asked: broken, which was left out at the start." in said


@pytest.mark.parametrize(
    "words,sentence",
    [
        (("--organisation", "x"), "no organisation x"),
        (("--organisation", "a", "--plugin", "x"), "no plugin x"),
    ],
)
def test_privacy_names_what_does_not_exist(shell: Shell, tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(LuwteError, match=sentence):
        shell.run(privacy, "export", *words, str(tmp_path / "file"))
    with pytest.raises(LuwteError, match=sentence):
        shell.run(privacy, "erase", *words, "--yes")
    assert not (tmp_path / "file").exists()


def test_erasing_asks_first(shell: Shell) -> None:
    context = type("Context", (), {"installation": lambda _: shell.installation})()
    result = CliRunner().invoke(privacy, ["erase", "--organisation", "a"], obj=context, input="n\n")
    assert "a was not typed" in str(result.exception)
    result = CliRunner().invoke(privacy, ["erase", "--organisation", "a"], obj=context, input="")
    assert result.exit_code == 1
    assert "Aborted!" in result.output
    assert shell.names("a") == ["Anna of a"]
