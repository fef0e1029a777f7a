"""P5: past its time nothing is left, and nothing can be got back: not from files, logs or backups with all keys."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from core.cli.restore import restore_desk
from core.clock import utc_now
from core.configuration import Configuration
from core.identity.models import Staff
from core.identity.services.staff import set_active
from core.installation import Installation
from core.privacy.backups import name_of
from core.privacy.personal_data import Desk
from core.privacy.root_key import RootKeyDesk
from core.settings.models import SecretSetting
from core.tenancy.sealing import open_sealed, seal, seal_by_day
from core.tenancy.session import TenantSession
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.databases import all_sources
from core.testing.example_models import ExampleNote
from core.testing.examples import EXAMPLES
from core.testing.installations import make_installation
from core.testing.leftovers import Leftovers, leftovers_of
from core.testing.organisations import add_tenant
from core.testing.rows import everything_of
from core.testing.sessions import in_transaction
from core.testing.throwaway import workshop_in
from tests.promises.recovering import Thief

pytestmark = pytest.mark.promise_p5

RULE = "example.notes"
NOTES = """
from datetime import timedelta
from sqlalchemy import delete
from core.api import Retention, hookimpl
from core.testing.example_models import ExampleNote


def forget(session, before):
    return len(session.scalars(delete(ExampleNote).where(ExampleNote.at <= before).returning(ExampleNote.id)).all())


@hookimpl
def declare_retention():
    return (Retention("example.notes", "Notes.", timedelta(days=30), forget, (ExampleNote,)),)
"""
STAYS = {
    "identity_key": "the wrapped key of somebody who works here; it goes with the account",
    "outbox_counter": "how many events there ever were",
    "root_key_copy": "a wrapped copy of the organisation's signing key; a coordinator's goes with the account",
    "sealing_key": "the organisation's key: it stays as long as the organisation does",
    "secret_setting": "a setting of the organisation",
    "staff": "accounts of who works here, and the bare ids of who has left",
    "stream": "goes by the rule of the plugin that owns it; the example belongs to none",
    "stream_entry": "goes with its stream",
}
"""Tables of the core that no time empties, with the reason. A new line here is a decision for review."""


@dataclass
class House:
    """An installation with a plugin that seals notes by the day; `a` keeps them a month, `b` a week."""

    installation: Installation
    look: Leftovers
    thief: Thief
    clock: FixedClock

    def tenant(self, slug: str) -> UUID:
        found = self.installation.directory.by_slug(slug)
        assert found is not None
        return found.id

    def do(self, slug: str, work: Callable[[TenantSession], Any]) -> Any:
        return in_transaction(self.installation.engine, self.tenant(slug), work)

    def write_note(self, slug: str) -> bytes:
        """A note with a canary that nobody else has."""
        canary = secrets.token_bytes(16)

        def write(session: TenantSession) -> None:
            sealed = seal_by_day(session, self.installation.keys, self.clock(), canary, RULE, "text")
            session.add(ExampleNote(at=self.clock(), sealed=sealed))

        self.do(slug, write)
        return canary

    def notes(self, slug: str) -> int:
        return int(self.do(slug, lambda session: session.scalar(select(func.count()).select_from(ExampleNote))))


@pytest.fixture
def house(database: Database, configuration: Configuration, tmp_path: Path) -> Iterator[House]:
    clock = FixedClock(utc_now().replace(hour=12))
    keep: dict[str, Any] = {"keep__example.notes": "7 days"}
    add_tenant(database.engine, "a", clock=clock)
    add_tenant(database.engine, "b", clock=clock, **keep)
    add_tenant(database.engine, "console", kind="network", clock=clock)
    with workshop_in(tmp_path / "plugins") as workshop:
        card = workshop.plugin("example", NOTES)
        installation = make_installation(configuration, clock, beside=[card])
        with leftovers_of(installation) as look:
            yield House(installation, look, Thief(look), clock)
        installation.engine.dispose()


def test_what_was_sealed_by_the_day_cannot_be_got_back_from_anywhere(
    house: House, tmp_path: Path, promise_report: Callable[[str], None]
) -> None:
    month, week = house.write_note("a"), house.write_note("b")
    house.look.back_up(house.installation.configuration.backups / "luwte-20200101-000000.backup")
    copy = tmp_path / "kept-for-too-long.backup"
    house.look.back_up(copy)
    for canary in (month, week):
        places = house.thief.found(canary)
        assert any("example_note.jsonl" in place for place in places), "the search finds what is there in backups"
        assert any("example_note.jsonl" not in place for place in places), "and in the database's files"
        assert house.look.hits(canary) == [], "nobody finds it without keys"

    house.clock.advance(days=7)
    house.look.forget()
    assert (house.notes("a"), house.notes("b")) == (1, 0)
    house.clock.advance(days=1)
    house.look.forget()
    assert house.thief.found(week) == [], "a day later its key is gone everywhere"
    assert house.thief.found(month)

    house.clock.advance(days=22)
    house.look.forget()
    assert house.notes("a") == 0
    house.clock.advance(days=1)
    house.look.forget()
    assert house.thief.found(month) == []
    assert copy.exists()
    files, backups = list(house.look.files()), list(house.look.backups())
    size = sum(len(content) for _, content in (*files, *backups)) // 1024
    promise_report(
        f"{house.installation.engine.dialect.name}: 2 notes sealed by the day, found with the keys in files, log and "
        f"backups before their time; after it 0 rows, and with all current keys 0 hits in {size} KiB of {len(files)} "
        f"files and {len(backups)} parts of backups that were kept for too long"
    )


def test_a_backup_from_before_brings_nothing_back(
    house: House, database: Database, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary, copy = house.write_note("a"), tmp_path / "old.backup"
    house.look.back_up(copy)
    house.clock.advance(days=31)
    house.look.forget()
    monkeypatch.setattr("core.cli.restore.migration_sources", lambda _: all_sources())
    urls: dict[str, Any] = {"database": f"sqlite:///{tmp_path}/again/luwte.db"}
    if database.kind == "postgresql":
        made: Database = request.getfixturevalue("postgres_server").make()
        urls = {"database": made.url, "database_owner": made.owner_url}
    (tmp_path / "again").mkdir()
    configuration = Configuration(home=tmp_path / "again", tenants_folder=tmp_path, **urls)
    plugins = [plugin.card for plugin in house.installation.plugins.plugins.values()]
    again = make_installation(configuration, house.clock, plugins)
    object.__setattr__(again, "keys", house.installation.keys)
    with leftovers_of(again) as look:
        done = restore_desk(again).restore(copy)
        assert done.forgotten >= 1
        assert everything_of(again.engine, house.tenant("a"))["staff"] == []
        assert (
            in_transaction(again.engine, house.tenant("a"), lambda session: session.scalars(select(ExampleNote)).all())
            == []
        )
        assert Thief(look).found(canary) == []
    again.engine.dispose()


def test_what_was_erased_is_erased_from_backups_too(house: House, tmp_path: Path) -> None:
    canary, others = house.write_note("a"), house.write_note("b")
    house.look.back_up(tmp_path / "one.backup")
    assert house.thief.found(canary)
    plugin, tenant = house.installation.plugins.plugins["example"], house.installation.directory.by_slug("a")
    assert tenant is not None
    Desk(house.installation.engine, house.installation.keys, house.clock).erase(tenant, plugin)
    assert house.thief.found(canary) == []
    assert house.thief.found(others), "another organisation's day is another key"


def test_a_dropped_root_key_shuts_backups_from_before_and_nothing_else(house: House, tmp_path: Path) -> None:
    canary, keys = secrets.token_bytes(16), house.installation.keys

    def store(session: TenantSession) -> None:
        sealed = seal(session, keys, canary, "setting", "tea", "key")
        session.add(SecretSetting(plugin="tea", name="key", sealed=sealed))

    house.do("a", store)
    house.look.back_up(tmp_path / "stolen.backup")
    assert house.thief.found_in_backups(canary)
    desk, tenants = RootKeyDesk(house.installation.engine, keys, house.clock), house.installation.directory.all()
    desk.rotate(tenants)
    assert house.thief.found_in_backups(canary), "until the old key goes"
    assert desk.drop_old(tenants) == []
    assert house.thief.found_in_backups(canary) == []
    house.look.back_up(tmp_path / "new.backup")
    assert house.thief.found_in_backups(canary), "a new backup opens with the new key"
    sealed = house.do("a", lambda session: session.scalars(select(SecretSetting.sealed)).one())
    assert house.do("a", lambda session: open_sealed(session, keys, sealed, "setting", "tea", "key")) == canary


def test_everything_of_the_core_has_gone_when_all_times_have_passed(
    house: House, promise_report: Callable[[str], None]
) -> None:
    def furnish(session: TenantSession) -> None:
        for name, example in EXAMPLES.items():
            if name != "page":
                example(session)

    house.do("a", furnish)
    house.clock.now = utc_now()
    full = {table for table, rows in everything_of(house.installation.engine, house.tenant("a")).items() if rows}
    house.clock.advance(days=5 * 366 + 31)
    while house.look.forget():
        pass
    left = {table for table, rows in everything_of(house.installation.engine, house.tenant("a")).items() if rows}
    assert full >= {"audit_record", "outbox_event", "sign_in_failure", "staff_session"}
    assert left == set(STAYS)
    promise_report(f"{house.installation.engine.dialect.name}: rows in {len(full)} tables of the core, 0 left in all "
                   f"but {len(left)} that hold nothing about anybody for longer than needed")  # fmt: skip


def leave_after_a_while(house: House, name: str) -> None:
    """Somebody works at `a` under this name, and leaves today."""

    def add_and_leave(session: TenantSession) -> None:
        row = Staff(name=name, alias="X", roles=frozenset({"helper"}), password_hash="-", created_at=house.clock())
        session.add(row)
        session.flush()
        set_active(session, row, False, house.clock())

    house.do("a", add_and_leave)


def test_the_name_of_who_left_is_gone_from_files_and_then_from_backups(house: House) -> None:
    name, sqlite = secrets.token_hex(12), house.installation.engine.dialect.name == "sqlite"
    leave_after_a_while(house, name)
    house.clock.advance(days=30, seconds=-1)
    folder = house.installation.configuration.backups
    house.look.back_up(folder / name_of(house.clock()))
    house.look.forget()
    places = house.look.hits(name.encode())
    assert {"staff.jsonl" in place for place in places} == {True, False}, "found in the backup and in the database"
    house.clock.advance(seconds=1)
    assert house.look.forget() >= 1
    assert house.do("a", lambda session: session.scalars(select(Staff.alias)).all()) == ["–"]
    places = house.look.hits(name.encode())
    assert any("staff.jsonl" in place for place in places), "its backup has a month of its own"
    assert not sqlite or all("staff.jsonl" in place for place in places), "no file of the database has it any more"
    house.clock.advance(days=30)
    house.look.forget()
    assert list(folder.iterdir()) == []
    assert not sqlite or house.look.hits(name.encode()) == []
