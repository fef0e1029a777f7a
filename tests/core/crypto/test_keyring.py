"""Secrets are made once, closed to others, the same for every process, and a forgotten day cannot come back."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from core.crypto import KeyRing
from core.errors import LuwteError

TODAY = date(2026, 11, 23)


def test_a_secret_is_made_once_and_read_by_a_second_process(tmp_path: Path) -> None:
    first = KeyRing(tmp_path / "keys").secret("seeker-cookie")
    assert len(first) == 32
    assert KeyRing(tmp_path / "keys").secret("seeker-cookie") == first
    assert KeyRing(tmp_path / "keys").secret("csrf") != first
    assert KeyRing(tmp_path / "other").secret("seeker-cookie") != first


def test_only_the_owner_can_read_the_ring(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o755)
    ring = KeyRing(folder)
    ring.secret("csrf")
    ring.day_secret("audit", TODAY)
    ring.forget_days(TODAY)
    modes = {path.relative_to(folder).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert modes == {
        "csrf.key": 0o600,
        "days": 0o700,
        "days/2026-11-23.audit.key": 0o600,
        "days/forgotten-before": 0o600,
    }


def test_many_makers_at_once_agree(tmp_path: Path) -> None:
    rings = [KeyRing(tmp_path / "keys") for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        secrets = set(pool.map(lambda ring: ring.secret("csrf"), rings))
    assert len(secrets) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["csrf.key"]


def test_a_secret_that_was_handed_in_is_used(tmp_path: Path) -> None:
    given = tmp_path / "credentials"
    given.mkdir()
    (given / "csrf.key").write_bytes(b"x" * 32)
    ring = KeyRing(tmp_path / "keys", credentials=given)
    assert ring.secret("csrf") == b"x" * 32
    assert not (tmp_path / "keys").exists()
    assert len(ring.secret("realtime")) == 32


@pytest.mark.parametrize("name", ["", "../csrf", "Csrf", "csrf.key", "a b", "-csrf", "a" * 64])
def test_a_name_that_is_no_plain_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(LuwteError, match="key name"):
        KeyRing(tmp_path).secret(name)


def test_a_damaged_key_file_is_told_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "csrf.key").write_bytes(b"short")
    with pytest.raises(LuwteError, match="holds 5 bytes"):
        KeyRing(tmp_path).secret("csrf")
    assert (tmp_path / "csrf.key").read_bytes() == b"short"


def test_a_folder_that_cannot_be_made_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LuwteError, match=r"cannot be (read|made)"):
        KeyRing(tmp_path / "file" / "keys").secret("csrf")


def test_days_and_purposes_have_secrets_of_their_own(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    assert ring.day_secret("audit", TODAY) == KeyRing(tmp_path).day_secret("audit", TODAY)
    assert ring.day_secret("audit", TODAY) != ring.day_secret("audit", TODAY + timedelta(days=1))
    assert ring.day_secret("audit", TODAY) != ring.day_secret("other", TODAY)


def test_a_forgotten_day_is_gone_in_every_process_and_cannot_be_made_again(tmp_path: Path) -> None:
    ring, other = KeyRing(tmp_path), KeyRing(tmp_path)
    yesterday = TODAY - timedelta(days=1)
    old, kept = other.day_secret("audit", yesterday), other.day_secret("audit", TODAY)
    assert ring.forget_days(TODAY) == 1
    assert not any(old in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for each in (ring, other, KeyRing(tmp_path)):
        with pytest.raises(LuwteError, match="2026-11-22 were forgotten"):
            each.day_secret("audit", yesterday)
    assert other.day_secret("audit", TODAY) == kept


def test_forgetting_never_goes_backwards(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    ring.forget_days(TODAY)
    ring.forget_days(TODAY - timedelta(days=7))
    with pytest.raises(LuwteError):
        ring.day_secret("audit", TODAY - timedelta(days=1))


def test_a_ring_shows_no_secret(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    ring.secret("csrf")
    assert repr(ring) == f"KeyRing({str(tmp_path)!r})"
