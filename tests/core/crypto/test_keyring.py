"""Secrets are made once, closed to others, the same for every process, and a forgotten day cannot come back."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

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


OWNER, OTHER = UUID(int=1), UUID(int=2)
MONDAY = date(2026, 11, 16)
TUESDAY = date(2026, 11, 17)


def test_an_epoch_key_is_one_for_each_owner_kind_and_day(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    made = {ring.epoch(*place) for place in ((OWNER, "tea.notes", MONDAY), (OTHER, "tea.notes", MONDAY),
                                             (OWNER, "tea.cups", MONDAY), (OWNER, "tea.notes", TUESDAY))}  # fmt: skip
    assert len(made) == 4
    assert KeyRing(tmp_path).epoch(OWNER, "tea.notes", MONDAY) in made, "the same in every process"
    assert stat.S_IMODE((tmp_path / "epochs").stat().st_mode) == 0o700


def test_asking_for_an_epoch_key_makes_none(tmp_path: Path) -> None:
    assert KeyRing(tmp_path).known_epoch(OWNER, "tea.notes", MONDAY) is None
    assert list(tmp_path.rglob("*.key")) == []


def test_a_forgotten_epoch_is_gone_and_never_comes_back(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    ring.epoch(OWNER, "tea.notes", MONDAY)
    kept = ring.epoch(OWNER, "tea.notes", TUESDAY)
    others = ring.epoch(OTHER, "tea.notes", MONDAY)
    assert ring.forget_epochs(OWNER, "tea.notes", TUESDAY) == 1
    assert ring.forget_epochs(OWNER, "tea.notes", TUESDAY) == 0
    assert ring.known_epoch(OWNER, "tea.notes", MONDAY) is None
    with pytest.raises(LuwteError, match=r"2026-11-16 for tea\.notes were forgotten"):
        ring.epoch(OWNER, "tea.notes", MONDAY)
    assert ring.known_epoch(OWNER, "tea.notes", TUESDAY) == kept
    assert ring.known_epoch(OTHER, "tea.notes", MONDAY) == others
    assert ring.forget_epochs(OTHER, "tea.cups", TUESDAY) == 0
    assert not (tmp_path / "epochs" / OTHER.hex / "tea.cups").exists(), "nothing was sealed there"


def test_an_erased_line_of_epochs_begins_anew(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    before = ring.epoch(OWNER, "tea.notes", TUESDAY)
    ring.epoch(OWNER, "tea.notes", MONDAY)
    assert ring.erase_epochs(OWNER, "tea.notes") == 2
    assert ring.known_epoch(OWNER, "tea.notes", TUESDAY) is None
    assert ring.epoch(OWNER, "tea.notes", TUESDAY) != before


@pytest.mark.parametrize("kind", ["", "../keys", "tea..notes", "Tea", "tea/notes", "x" * 200])
def test_a_kind_of_data_cannot_name_another_place(tmp_path: Path, kind: str) -> None:
    with pytest.raises(LuwteError, match="is not named like"):
        KeyRing(tmp_path).epoch(OWNER, kind, MONDAY)
