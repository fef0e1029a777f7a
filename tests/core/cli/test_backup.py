"""`luwte backup` and `luwte restore`: from either kind of database into either, whole or not at all."""

import json
import stat
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Table, select

import core.cli.restore as restore_module
from core.audit.models import AuditRecord
from core.cli.backup import backup
from core.cli.restore import restore, restore_desk
from core.configuration import Configuration
from core.crypto import Forgotten
from core.crypto.tokens import fingerprint
from core.database.base import TenantModel
from core.database.dump import reading
from core.database.engine import make_engine
from core.database.migration import migrate
from core.errors import LuwteError
from core.installation import Installation
from core.privacy.backing_up import NEVER, BackupDesk
from core.privacy.backups import forget_backups, made_at, name_of
from core.privacy.restoring import RestoreDesk
from core.privacy.retention import all_rules, short_lived
from core.settings.models import SecretSetting
from core.tenancy.sealing import open_sealed, seal, seal_by_day
from core.tenancy.session import tenant_session
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.databases import KINDS, all_sources
from core.testing.examples import EXAMPLES
from core.testing.organisations import TwoTenants, add_tenant, two_tenants
from core.testing.people import add_helper
from core.testing.rows import everything_of
from tests.core.cli.context import TestContext

MakeTarget = Callable[[str], "House"]


class House:
    """An installation with its clock, and the commands as they are typed there."""

    def __init__(self, configuration: Configuration, clock: FixedClock) -> None:
        self.context, self.clock = TestContext(configuration), clock
        self.installation: Installation = self.context.installation()
        object.__setattr__(self.installation, "clock", clock)

    @property
    def home(self) -> Path:
        return self.installation.configuration.home

    def run(self, command: Any, *arguments: str) -> Result:
        return CliRunner().invoke(command, arguments, obj=self.context)

    def back_up(self) -> Path:
        result = self.run(backup)
        assert result.exit_code == 0, result.output or result.exception
        return Path(result.output.partition(":")[0])

    def restore(self, file: Path) -> str:
        result = self.run(restore, str(file))
        assert result.exit_code == 0, repr(result.exception)
        self.installation.directory.refresh()
        return result.output

    def refusal(self, file: Path) -> str:
        result = self.run(restore, str(file))
        assert isinstance(result.exception, LuwteError), repr(result.exception)
        return str(result.exception)

    def everything(self, tenant_id: UUID) -> dict[str, list[str]]:
        """What an organisation has, without the deeds of backing up and restoring."""
        found = dict(everything_of(self.installation.engine, tenant_id))
        found["audit_record"] = [row for row in found["audit_record"] if "backup." not in row]
        return found

    def is_empty(self) -> bool:
        with reading(self.installation.engine) as reader:
            return not reader.tenants()


@pytest.fixture(autouse=True)
def _examples_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The databases for tests have tables of a package `example`."""
    monkeypatch.setattr(restore_module, "migration_sources", lambda _: all_sources())


@pytest.fixture
def source(configuration: Configuration, tenants: TwoTenants, clock: FixedClock) -> Iterator[House]:
    house = House(configuration, clock)
    yield house
    house.context.close()


@pytest.fixture
def make_target(request: pytest.FixtureRequest, tmp_path: Path, clock: FixedClock) -> Iterator[MakeTarget]:
    """Makes empty installations on a kind of database, with homes of their own."""
    made: list[House] = []

    def make(kind: str) -> House:
        home = tmp_path / f"target-{len(made)}"
        urls: dict[str, Any] = {"database": f"sqlite:///{home}/luwte.db"}
        if kind == "postgresql":
            database: Database = request.getfixturevalue("postgres_server").make()
            urls = {"database": database.url, "database_owner": database.owner_url}
        made.append(House(Configuration(home=home, tenants_folder=tmp_path / "tenants", **urls), clock))
        return made[-1]

    yield make
    for house in made:
        house.context.close()


@pytest.mark.parametrize("target_kind", KINDS)
def test_what_was_backed_up_is_there_again_as_it_was(
    source: House, tenants: TwoTenants, make_target: MakeTarget, target_kind: str
) -> None:
    for tenant in (tenants.a, tenants.b):
        with tenant_session(source.installation.engine, tenant.id) as session, session.begin():
            for name, example in EXAMPLES.items():
                if name != "page":
                    example(session)
            add_helper(session)
    for name in ("uploads/ab/cd", "public-keys/a/1.json", "keys/own.key", "search.db", "mail/1"):
        (source.home / name).parent.mkdir(parents=True, exist_ok=True)
        (source.home / name).write_text(name)
    before = {tenant.id: source.everything(tenant.id) for tenant in (tenants.a, tenants.b)}
    file = source.back_up()
    target = make_target(target_kind)
    assert target.restore(file).startswith("Restored: a, b; ")

    gone = NEVER | short_lived(all_rules(source.installation.plugins))
    assert gone >= {"stream", "stream_entry", "staff_session", "sign_in_failure"}
    for tenant_id, tables in before.items():
        after = target.everything(tenant_id)
        assert all(tables[name] for name in ("staff", "audit_record", "outbox_event", "secret_setting"))
        assert after == {name: [] if name in gone else rows for name, rows in tables.items()}
    restored = target.installation.directory.by_slug("a")
    assert restored is not None
    assert (restored.id, restored.values) == (tenants.a.id, tenants.a.values)
    files = {str(path.relative_to(target.home)) for path in target.home.rglob("*") if path.is_file()}
    assert files >= {"uploads/ab/cd", "public-keys/a/1.json"}
    assert not {"keys/own.key", "search.db", "mail/1"} & files
    assert not any("restoring" in name for name in files)


def test_the_file_is_for_its_owner_only_and_on_record(source: House, tenants: TwoTenants) -> None:
    result = source.run(backup)
    file = source.installation.configuration.backups / name_of(source.clock())
    assert result.output.startswith(f"{file}: ")
    assert "The worker deletes it on 2026-12-17." in result.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    for tenant in (tenants.a, tenants.b):
        with tenant_session(source.installation.engine, tenant.id, writes=False) as session, session.begin():
            (deed,) = session.scalars(select(AuditRecord)).all()
            assert (deed.action, deed.subject) == ("backup.made", "backup:20261117-153000")
    elsewhere = source.run(backup, str(source.home / "mine.backup")).output
    assert "Delete it, and every copy, on 2026-12-17." in elsewhere
    again = source.run(backup, str(source.home / "mine.backup")).exception
    assert "is there already" in str(again)
    assert list(source.home.rglob("*.part")) == []


def test_a_restore_is_on_record(
    source: House, tenants: TwoTenants, make_target: MakeTarget, database_kind: str
) -> None:
    target = make_target(database_kind)
    file = source.back_up()
    source.clock.advance(days=1)
    target.restore(file)
    with tenant_session(target.installation.engine, tenants.a.id, writes=False) as session, session.begin():
        deeds = session.scalars(select(AuditRecord).order_by(AuditRecord.at)).all()
    assert [(deed.action, deed.subject) for deed in deeds] == [
        ("backup.made", "backup:20261117-153000"),
        ("backup.restored", "backup:20261117-153000"),
    ]


def test_a_backup_is_one_moment_while_others_write(source: House, tenants: TwoTenants) -> None:
    engine = source.installation.engine
    with reading(engine) as reader:
        before = len(list(reader.rows("staff")))
        for tenant in (tenants.a, tenants.b):
            with tenant_session(engine, tenant.id) as session, session.begin():
                EXAMPLES["staff"](session)
        add_tenant(engine, "c")
        assert len(list(reader.rows("staff"))) == before == 0
        assert len(reader.tenants()) == 2
    with reading(engine) as reader:
        assert len(list(reader.rows("staff"))) == 2


def test_what_passed_its_time_in_the_backup_is_forgotten_before_anybody_sees_it(
    source: House, tenants: TwoTenants, make_target: MakeTarget, database_kind: str
) -> None:
    engine = source.installation.engine
    with tenant_session(engine, tenants.a.id) as session, session.begin():
        EXAMPLES["outbox_event"](session)
        session.add(AuditRecord(at=source.clock() - timedelta(days=5 * 365), staff_id=UUID(int=7), action="tea.made"))
    file = source.back_up()
    source.clock.advance(days=4000)
    target = make_target(database_kind)
    output = target.restore(file)
    found = everything_of(target.installation.engine, tenants.a.id)
    assert found["outbox_event"] == []
    assert [row for row in found["audit_record"] if "tea.made" in row] == []
    assert "4 of those rows had passed their time since" in output, "an event, a deed, and two that a backup was made"


def test_what_was_sealed_by_the_day_stays_shut_when_its_key_is_gone(
    source: House, tenants: TwoTenants, make_target: MakeTarget, database_kind: str
) -> None:
    house = source.installation
    with tenant_session(house.engine, tenants.a.id) as session, session.begin():
        ever = seal(session, house.keys, b"wilg", "tea.notes")
        today = seal_by_day(session, house.keys, source.clock(), b"molen", "tea.notes")
        for name, sealed in (("ever", ever), ("today", today)):
            session.add(SecretSetting(plugin="tea", name=name, sealed=sealed))
    file, target = source.back_up(), make_target(database_kind)
    (target.home / "keys").mkdir(mode=0o700, exist_ok=True)
    root = "at-rest-root-1.key"
    (target.home / "keys" / root).write_bytes((source.home / "keys" / root).read_bytes())
    assert "do not open" not in target.restore(file)
    there = target.installation
    with tenant_session(there.engine, tenants.a.id) as session, session.begin():
        stored = {row.name: row.sealed for row in session.scalars(select(SecretSetting))}
        assert open_sealed(session, there.keys, stored["ever"], "tea.notes") == b"wilg"
        with pytest.raises(Forgotten):
            open_sealed(session, there.keys, stored["today"], "tea.notes")


def test_a_missing_root_key_is_said(
    source: House, tenants: TwoTenants, make_target: MakeTarget, database_kind: str
) -> None:
    with tenant_session(source.installation.engine, tenants.a.id) as session, session.begin():
        seal(session, source.installation.keys, b"wilg", "tea.notes")
    target = make_target(database_kind)
    output = target.restore(source.back_up())
    assert "1 keys of organisations do not open" in output
    assert list((target.home / "keys").glob("at-rest-root-*")) == [], "no new key took the old one's name"


def test_a_backup_of_an_older_version_is_brought_up_to_date(tmp_path: Path, make_target: MakeTarget) -> None:
    sources, clock = all_sources()[:1], FixedClock()
    engine = make_engine(f"sqlite:///{tmp_path}/old.db")
    migrate(engine, sources, until={"core": "0004_streams"})
    configuration = Configuration(home=tmp_path / "old", database=f"sqlite:///{tmp_path}/old.db")
    tenants = two_tenants(engine, configuration, clock)
    file = tmp_path / "old.backup"
    BackupDesk(engine, tmp_path / "old", sources, ()).back_up(file, [tenants.a.id], clock())
    engine.dispose()
    target = make_target("sqlite")
    target.restore(file)
    with tenant_session(target.installation.engine, tenants.a.id) as session, session.begin():
        assert EXAMPLES["outbox_event"](session), "a table that the backup did not know"
    assert target.installation.directory.by_slug("b") is not None


def test_a_database_that_is_newer_than_the_backup_is_named(
    tmp_path: Path, make_target: MakeTarget, source: House
) -> None:
    """On PostgreSQL, where the tables are there already; on SQLite each restore makes its own."""
    target = make_target("postgresql")
    file = tampered(source.back_up(), tmp_path, lambda manifest: manifest["versions"].update(core="0003_audit"))
    assert "brought to a newer version" in target.refusal(file)
    assert target.is_empty()


def tampered(file: Path, folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """A backup with another manifest, and a checksum that fits."""
    made = folder / "tampered.backup"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                manifest = json.loads(content)
                change(manifest)
                content = json.dumps(manifest).encode()
            new.writestr(name, content)
        new.comment = old.comment[:-64] + b"0" * 64
    content = made.read_bytes()[:-64]
    made.write_bytes(content + fingerprint(content).encode())
    return made


def test_whatever_is_wrong_with_the_file_is_said_and_nothing_changed(
    source: House, make_target: MakeTarget, database_kind: str, tmp_path: Path
) -> None:
    file, target = source.back_up(), make_target(database_kind)
    whole, bad = file.read_bytes(), tmp_path / "bad.backup"
    assert "There is no file" in target.refusal(tmp_path / "none.backup")
    for content in (b"", b"{}", b"PK\x03\x04" + bytes(500), b"SQLite format 3\0" + bytes(500)):
        bad.write_bytes(content)
        assert "is no backup of Luwte" in target.refusal(bad)
    for length in (len(whole) - 1, len(whole) - 64, len(whole) // 2, 300):
        bad.write_bytes(whole[:length])
        assert "was cut off" in target.refusal(bad)
    for place in range(0, len(whole), max(1, len(whole) // 23)):
        bad.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        assert any(word in target.refusal(bad) for word in ("was changed", "is no backup", "was cut off"))
    bad.write_bytes(whole + b"\n")
    assert "was cut off, or written over" in target.refusal(bad)
    assert target.is_empty()


@pytest.mark.parametrize(
    "change,sentence",
    [
        (lambda it: it.update(format=2), "was made by a newer Luwte"),
        (lambda it: it["versions"].update(core="9999_later"), "was made by a newer core (it is at 9999_later)"),
        (
            lambda it: (
                it["versions"].update(diary="0001_page"),
                it["tables"].append({"name": "diary_page", "rows": 1}),
            ),
            "holds data of the plugin diary, which is not installed",
        ),
    ],
)
def test_what_this_luwte_does_not_know_is_named(
    source: House, make_target: MakeTarget, database_kind: str, tmp_path: Path, change: Any, sentence: str
) -> None:
    target = make_target(database_kind)
    assert sentence in target.refusal(tampered(source.back_up(), tmp_path, change))
    assert target.is_empty()


def test_only_an_empty_installation_takes_a_backup(source: House, make_target: MakeTarget, database_kind: str) -> None:
    file, target = source.back_up(), make_target(database_kind)
    (target.home / "uploads").mkdir()
    (target.home / "uploads" / "one").write_text("x")
    assert "uploads is not empty" in target.refusal(file)
    (target.home / "uploads" / "one").unlink()
    target.restore(file)
    assert "This installation is not empty" in target.refusal(file)
    assert "This installation is not empty" in source.refusal(file)


def test_a_database_that_somebody_has_open_is_left_alone(source: House, make_target: MakeTarget) -> None:
    file, target = source.back_up(), make_target("sqlite")
    migrate(target.installation.engine, all_sources())
    other = make_engine(target.installation.configuration.database)
    with reading(other) as reader:
        assert reader.tenants() == []
        assert "Another program has the database open" in target.refusal(file)
    other.dispose()
    target.restore(file)


def test_on_postgresql_the_owner_must_be_named(source: House, database_kind: str) -> None:
    if database_kind == "sqlite":
        assert restore_desk(source.installation).app_role is None
        return
    configuration = source.installation.configuration.model_copy(update={"database_owner": None})
    object.__setattr__(source.installation, "configuration", configuration)
    with pytest.raises(LuwteError, match=r"luwte\.database_owner must name"):
        restore_desk(source.installation)


def test_nobody_sees_a_restore_that_breaks_off(
    source: House, make_target: MakeTarget, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError("the power is gone")

    file, target = source.back_up(), make_target(database_kind)
    monkeypatch.setattr(RestoreDesk, "_forget", broken)
    assert isinstance(target.run(restore, str(file)).exception, RuntimeError)
    if database_kind == "sqlite":
        assert target.is_empty()
        assert [path.name for path in target.home.iterdir() if "restoring" in path.name] == []
        return
    with pytest.raises(Exception, match="permission denied"):
        target.installation.directory.refresh()


def test_backups_go_when_their_time_is_over_and_other_files_stay(tmp_path: Path) -> None:
    clock = FixedClock()
    old, young = tmp_path / name_of(clock() - timedelta(days=30)), tmp_path / name_of(clock())
    mine = tmp_path / "luwte-mine.backup"
    for path in (old, young, mine):
        path.write_text("x")
    assert made_at(young) == clock()
    assert forget_backups(tmp_path, clock() - timedelta(days=30)) == 1
    assert sorted(tmp_path.iterdir()) == sorted([young, mine])
    assert forget_backups(tmp_path / "none", clock()) == 0


def test_no_table_of_a_backup_points_at_one_that_is_left_out(source: House) -> None:
    gone = NEVER | short_lived(all_rules(source.installation.plugins))
    tables = [table for mapper in TenantModel.registry.mappers if isinstance(table := mapper.local_table, Table)]
    wrong = [
        f"{table.name} points at {key.referred_table.name}, which no backup holds: name it in a short-lived rule too"
        for table in tables
        if table.name not in gone
        for key in table.foreign_key_constraints
        if key.referred_table.name in gone
    ]
    assert wrong == []
    assert {table.name for table in tables} >= gone - {"revision"}
    assert "staff" not in gone
