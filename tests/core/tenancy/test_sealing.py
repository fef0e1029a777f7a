"""An organisation's own key: made once, wrapped in the database, of no use to another organisation."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select, update

from core.crypto import Forgotten, KeyRing, NotOpened, RootKeys
from core.crypto.at_rest import ROOT, wrapped_under
from core.tenancy.models import SealingKey
from core.tenancy.sealing import erase_days, forget_days, open_sealed, rewrap, seal, seal_by_day, sealing_ids
from core.tenancy.session import tenant_session
from core.testing.database import Database
from core.testing.organisations import TwoTenants

PLACE = ("setting", "chat", "mail_password")


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


def test_one_key_per_organisation_seals_and_opens(database: Database, tenants: TwoTenants, keys: KeyRing) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        blobs = [seal(session, keys, text, *PLACE) for text in (b"wilg", b"molen")]
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        assert [open_sealed(session, keys, blob, *PLACE) for blob in blobs] == [b"wilg", b"molen"]
        assert len(session.scalars(select(SealingKey)).all()) == 1


def test_another_organisation_does_not_open_it(database: Database, tenants: TwoTenants, keys: KeyRing) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        blob = seal(session, keys, b"wilg", *PLACE)
    with tenant_session(database.engine, tenants.b.id) as session, session.begin():
        own = seal(session, keys, b"molen", *PLACE)
        for foreign in (blob, blob[:1] + own[1:17] + blob[17:]):
            with pytest.raises(NotOpened):
                open_sealed(session, keys, foreign, *PLACE)


def test_a_row_taken_to_another_organisation_opens_there(
    database: Database, tenants: TwoTenants, keys: KeyRing
) -> None:
    """As an organisation that moves does: its id is another there, its sealing id is not."""
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        blob = seal(session, keys, b"wilg", *PLACE)
        key = session.scalars(select(SealingKey)).one()
        moved = SealingKey(id=key.id, wrapped=key.wrapped)
    with tenant_session(database.engine, tenants.b.id) as session, session.begin():
        session.add(moved)
        session.flush()
        assert open_sealed(session, keys, blob, *PLACE) == b"wilg"


def test_two_first_keys_do_no_harm(database: Database, tenants: TwoTenants, keys: KeyRing) -> None:
    roots = RootKeys(keys)
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        blobs = []
        for _ in range(2):
            row = SealingKey()
            key, row.wrapped = roots.new_tenant_key(row.id)
            session.add(row)
            blobs.append(key.seal(b"wilg", *PLACE))
        session.flush()
        blobs += [seal(session, keys, b"wilg", *PLACE) for _ in range(2)]
        assert {open_sealed(session, keys, blob, *PLACE) for blob in blobs} == {b"wilg"}
        assert len(session.scalars(select(SealingKey)).all()) == 2


def test_a_new_root_key_leaves_what_is_sealed_alone(database: Database, tenants: TwoTenants, keys: KeyRing) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        blob = seal(session, keys, b"wilg", *PLACE)
        assert rewrap(session, keys) == 0
    RootKeys(keys).begin_rotation()
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        assert rewrap(session, keys) == 1
    keys.drop(f"{ROOT}-1")
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        assert wrapped_under(session.scalars(select(SealingKey.wrapped)).one()) == 2
        assert open_sealed(session, KeyRing(keys.folder), blob, *PLACE) == b"wilg"


def test_a_key_that_was_changed_in_the_database_opens_nothing(
    database: Database, tenants: TwoTenants, keys: KeyRing
) -> None:
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        blob = seal(session, keys, b"wilg", *PLACE)
        wrapped = session.scalars(select(SealingKey.wrapped)).one()
        session.execute(update(SealingKey).values(wrapped=wrapped[:-1] + bytes([wrapped[-1] ^ 1])))
    with tenant_session(database.engine, tenants.a.id) as session, session.begin(), pytest.raises(NotOpened):
        open_sealed(session, keys, blob, *PLACE)


RULE = ("tea.notes", "one")
MONDAY, TUESDAY = datetime(2026, 11, 16, 9, tzinfo=UTC), datetime(2026, 11, 17, 9, tzinfo=UTC)


def test_a_dropped_day_shuts_what_was_sealed_on_it_and_nothing_else(
    database: Database, tenants: TwoTenants, keys: KeyRing
) -> None:
    blobs = {}
    for tenant in (tenants.a, tenants.b):
        with tenant_session(database.engine, tenant.id) as session, session.begin():
            blobs[tenant.id] = [seal_by_day(session, keys, at, b"wilg", *RULE) for at in (MONDAY, TUESDAY)]
            blobs[tenant.id].append(seal(session, keys, b"wilg", *RULE))
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        assert {open_sealed(session, keys, blob, *RULE) for blob in blobs[tenants.a.id]} == {b"wilg"}
        assert forget_days(keys, sealing_ids(session), RULE[0], TUESDAY.date()) == 1
        monday, tuesday, ever = blobs[tenants.a.id]
        with pytest.raises(Forgotten, match="the key of 2026-11-16 is gone"):
            open_sealed(session, keys, monday, *RULE)
        assert {open_sealed(session, keys, blob, *RULE) for blob in (tuesday, ever)} == {b"wilg"}
        assert erase_days(keys, sealing_ids(session), [RULE[0]]) == 1
        with pytest.raises(Forgotten):
            open_sealed(session, keys, tuesday, *RULE)
    with tenant_session(database.engine, tenants.b.id) as session, session.begin():
        assert {open_sealed(session, keys, blob, *RULE) for blob in blobs[tenants.b.id]} == {b"wilg"}


def test_the_day_is_that_of_utc(database: Database, tenants: TwoTenants, keys: KeyRing) -> None:
    past_midnight = datetime(2026, 11, 17, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        seal_by_day(session, keys, past_midnight, b"wilg", *RULE)
        (owner,) = sealing_ids(session)
    assert keys.known_epoch(owner, RULE[0], date(2026, 11, 16)) is not None
    assert keys.known_epoch(owner, RULE[0], date(2026, 11, 17)) is None


def test_what_was_sealed_by_the_day_moves_with_its_row_and_its_day(
    database: Database, tenants: TwoTenants, keys: KeyRing, tmp_path: Path
) -> None:
    """To another installation: its root key wraps the organisation's, the day's key goes along by the sealing id."""
    there = KeyRing(tmp_path / "there")
    with tenant_session(database.engine, tenants.a.id) as session, session.begin():
        blob = seal_by_day(session, keys, MONDAY, b"wilg", *RULE)
        row = session.scalars(select(SealingKey)).one()
        key = RootKeys(keys).unwrap(row.id, row.wrapped)
    moved = SealingKey(id=row.id, wrapped=RootKeys(there)._wrap(row.id, key._key))
    with tenant_session(database.engine, tenants.b.id) as session, session.begin():
        session.add(moved)
        session.flush()
        with pytest.raises(Forgotten):
            open_sealed(session, there, blob, *RULE)
        (tmp_path / "keys" / "epochs").rename(tmp_path / "there" / "epochs")
        assert open_sealed(session, there, blob, *RULE) == b"wilg"
