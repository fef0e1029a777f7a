"""Secret settings are stored sealed, opened in their own place only, and shown to nobody."""

from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field
from sqlalchemy import select

from core.crypto import KeyRing
from core.errors import LuwteError
from core.hookspecs.values import Setting
from core.settings.models import SecretSetting
from core.settings.secrets import clear_secret, read_secret, store_secret, stored_secrets
from core.tenancy.exporting import export_tenant
from core.tenancy.session import TenantSession, tenant_session
from core.testing.database import Database
from core.testing.organisations import TwoTenants

WORD = "wilg-molen-zes-zomer"
KEY = Setting("key", Annotated[str, Field(min_length=4)], "", "A key.", secret=True)
PIN = Setting("pin", int, None, "A number.", secret=True)


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


def rows(session: TenantSession) -> dict[str, SecretSetting]:
    return {row.name: row for row in session.scalars(select(SecretSetting))}


def test_a_secret_is_set_replaced_and_cleared(database: Database, tenants: TwoTenants, keys: KeyRing) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        assert read_secret(session, keys, "tea", KEY) == ""
        store_secret(session, keys, "tea", KEY, WORD)
        store_secret(session, keys, "tea", PIN, 1234)
        assert stored_secrets(session, "tea") == {"key", "pin"}
        store_secret(session, keys, "tea", KEY, "anders")
        assert (read_secret(session, keys, "tea", KEY), read_secret(session, keys, "tea", PIN)) == ("anders", 1234)
        clear_secret(session, "tea", "key")
        assert read_secret(session, keys, "tea", KEY) == ""
        assert stored_secrets(session, "tea") == {"pin"}
        assert stored_secrets(session, "coffee") == frozenset()


def test_organisations_do_not_see_each_others(database: Database, tenants: TwoTenants, keys: KeyRing) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        store_secret(session, keys, "tea", KEY, WORD)
    with tenant_session(database.engine, tenants.b.id) as session, session.begin():
        assert stored_secrets(session, "tea") == frozenset()
        assert read_secret(session, keys, "tea", KEY) == ""


def test_a_blob_of_another_organisation_or_setting_is_refused(
    database: Database, tenants: TwoTenants, keys: KeyRing
) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        store_secret(session, keys, "tea", KEY, WORD)
        foreign = rows(session)["key"].sealed
    with tenant_session(database.engine, tenants.b.id) as session, session.begin():
        store_secret(session, keys, "tea", KEY, "eigen")
        store_secret(session, keys, "tea", PIN, 1234)
        for sealed in (foreign, rows(session)["pin"].sealed):
            rows(session)["key"].sealed = sealed
            session.flush()
            with pytest.raises(LuwteError, match=r"secret setting tea\.key cannot be used any more") as told:
                read_secret(session, keys, "tea", KEY)
            assert "1234" not in str(told.value) + repr(told.value.__cause__)


def test_a_secret_that_no_longer_fits_is_told_without_its_value(
    database: Database, tenants: TwoTenants, keys: KeyRing
) -> None:
    stricter = Setting("key", Annotated[str, Field(min_length=40)], "", "A key.", secret=True)
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        store_secret(session, keys, "tea", KEY, WORD)
        with pytest.raises(LuwteError) as told:
            read_secret(session, keys, "tea", stricter)
        assert WORD not in str(told.value)
        assert told.value.__cause__ is None


def test_the_value_lies_nowhere_in_the_clear(
    database: Database, tenants: TwoTenants, keys: KeyRing, tmp_path: Path
) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        store_secret(session, keys, "tea", KEY, WORD)
        row = rows(session)["key"]
        assert WORD.encode() not in row.sealed
        assert WORD not in repr(vars(row))
    export_tenant(database.engine, "a", tmp_path / "out")
    written = b"".join(file.read_bytes() for file in (tmp_path / "out").rglob("*") if file.is_file())
    assert b"key" not in written
    if database.url.startswith("sqlite"):
        database.close()
        files = [file for file in tmp_path.glob("luwte.db*") if file.is_file()]
        assert files
        assert all(WORD.encode() not in file.read_bytes() for file in files)
