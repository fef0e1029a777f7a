"""Migrations: one straight line per package, all or nothing, and quick when nothing is to be done."""

import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect

from core.database import engine as engines
from core.database.engine import make_engine
from core.database.migration import MigrationSource, core_source, is_current, migrate, owner_of, plugin_source
from core.database.roles import check_app_role, refuse_unsafe_role
from core.database.scope import unguarded
from core.errors import LuwteError
from core.testing.database import Database

SCRIPT = """
import sqlalchemy as sa
from core.database.migration_operations import create_tenant_table

revision = {name!r}
down_revision = {before!r}

def upgrade() -> None:
    {body}
"""
MAKE = "create_tenant_table({table!r}, sa.Column('name', sa.String(9)))"


def add_script(folder: Path, name: str, before: str | None, body: str) -> None:
    (folder / "versions").mkdir(exist_ok=True, parents=True)
    (folder / "versions" / f"{name}.py").write_text(SCRIPT.format(name=name, before=before, body=body))


def tables(database: Database) -> set[str]:
    with unguarded(database.owner).connect() as connection:
        return set(inspect(connection).get_table_names())


def run(database: Database, *sources: MigrationSource) -> list[str]:
    return migrate(database.owner, [core_source(), *sources], database.app_role)


@pytest.fixture
def zebra(tmp_path: Path) -> MigrationSource:
    add_script(tmp_path / "zebra", "0001_stripes", None, MAKE.format(table="zebra_stripe"))
    return plugin_source("zebra", tmp_path / "zebra")


def test_plugin_gets_its_tables_and_its_own_version(fresh_database: Database, zebra: MigrationSource) -> None:
    assert run(fresh_database, zebra) == ["zebra: 0001_stripes"]
    assert {"zebra_stripe", "luwte_version_zebra"} <= tables(fresh_database)
    assert is_current(fresh_database.engine, [core_source(), zebra])
    assert run(fresh_database, zebra) == []


def test_later_scripts_run_alone(fresh_database: Database, zebra: MigrationSource) -> None:
    run(fresh_database, zebra)
    add_script(zebra.folder, "0002_hoof", "0001_stripes", MAKE.format(table="zebra_hoof"))
    assert not is_current(fresh_database.engine, [zebra])
    assert run(fresh_database, zebra) == ["zebra: 0002_hoof"]


def test_failing_script_leaves_nothing_behind(fresh_database: Database, zebra: MigrationSource) -> None:
    before = tables(fresh_database)
    add_script(zebra.folder, "0002_broken", "0001_stripes", "raise RuntimeError('half way')")
    with pytest.raises(RuntimeError):
        run(fresh_database, zebra)
    assert tables(fresh_database) == before


def test_package_makes_no_table_of_another(fresh_database: Database, zebra: MigrationSource) -> None:
    add_script(zebra.folder, "0002_thief", "0001_stripes", MAKE.format(table="staff_secret"))
    with pytest.raises(LuwteError, match="staff_secret"):
        run(fresh_database, zebra)


@pytest.mark.parametrize(
    "name,before,message",
    [
        ("0002_other", None, "must have down_revision '0001_stripes'"),
        ("second", "0001_stripes", "must be named"),
        ("0002_a_name_that_is_longer_than_32_signs", "0001_stripes", "at most 32"),
    ],
)
def test_crooked_history_is_refused(
    fresh_database: Database, zebra: MigrationSource, name: str, before: str | None, message: str
) -> None:
    add_script(zebra.folder, name, before, "pass")
    with pytest.raises(LuwteError, match=message):
        run(fresh_database, zebra)


def test_database_of_a_newer_version_is_left_alone(fresh_database: Database, zebra: MigrationSource) -> None:
    run(fresh_database, zebra)
    (zebra.folder / "versions" / "0001_stripes.py").rename(zebra.folder / "versions" / "0001_older.py")
    with pytest.raises(LuwteError, match="newer zebra"):
        run(fresh_database, zebra)


def test_nothing_to_do_loads_no_alembic(
    fresh_database: Database, zebra: MigrationSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(fresh_database, zebra)
    monkeypatch.setitem(sys.modules, "core.database.migration_runner", None)
    assert run(fresh_database, zebra) == []
    add_script(zebra.folder, "0002_more", "0001_stripes", "pass")
    with pytest.raises(ImportError):
        run(fresh_database, zebra)


def test_longest_prefix_owns_a_table(tmp_path: Path) -> None:
    core, tea, longer = core_source(), plugin_source("tea", tmp_path), plugin_source("tea_extra", tmp_path)
    everyone = (core, tea, longer)
    assert owner_of("staff", everyone) == core
    assert owner_of("tea_cup", everyone) == tea
    assert owner_of("tea_extra_cup", everyone) == longer


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_owner_or_superuser_as_app_role_is_refused(fresh_database: Database) -> None:
    owner = str(fresh_database.owner.url.username)
    with unguarded(fresh_database.owner).connect() as connection:
        with pytest.raises(LuwteError, match="owns the database"):
            check_app_role(connection, owner)
        with pytest.raises(LuwteError, match="is a superuser"):
            check_app_role(connection, "postgres")
        with pytest.raises(LuwteError, match="no role nobody_here: make it"):
            check_app_role(connection, "nobody_here")
        with pytest.raises(LuwteError, match="must name the role"):
            check_app_role(connection, None)
    refuse_unsafe_role(fresh_database.engine)
    with pytest.raises(LuwteError, match="owns the database"):
        refuse_unsafe_role(fresh_database.owner)


def test_busy_database_is_told_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_PRAGMAS", ("PRAGMA journal_mode = WAL", "PRAGMA busy_timeout = 10"))
    first, second = (make_engine(f"sqlite:///{tmp_path / 'busy.db'}") for _ in range(2))
    with unguarded(first).begin() as holder:
        holder.exec_driver_sql("CREATE TABLE x (y)")
        with pytest.raises(LuwteError, match="another program holds it"):
            migrate(second, [core_source()])
    first.dispose()
    second.dispose()
