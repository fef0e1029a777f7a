"""Sealing at rest: the format is frozen, a blob opens only where it was sealed, root keys change without the data."""

import json
import os
import stat
import struct
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from core.crypto import KeyRing, NotOpened, RootKeys, TenantKey
from core.crypto.at_rest import ROOT, day_of, sealing_id_of, wrapped_under
from core.errors import LuwteError

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors" / "at_rest_v1.json").read_text("utf-8"))
PLACE = ("setting", "chat", "mail_password")


def roots(folder: Path) -> RootKeys:
    return RootKeys(KeyRing(folder / "keys"))


def made(folder: Path) -> tuple[TenantKey, bytes]:
    return roots(folder).new_tenant_key(uuid4())


def associated(*parts: bytes) -> bytes:
    """What the documentation of the format says, written down a second time."""
    return b"".join(struct.pack(">Q", len(part)) + part for part in (b"luwte at rest", b"\x01", *parts))


@pytest.mark.parametrize("case", VECTORS["data"], ids=lambda case: case["purpose"])
def test_what_was_sealed_once_opens_for_ever(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    key = TenantKey(UUID(case["sealing_id"]), bytes.fromhex(case["key"]))
    blob = bytes.fromhex(case["blob"])
    assert key.open(blob, case["purpose"], *case["names"]).decode() == case["content"]
    monkeypatch.setattr(os, "urandom", lambda _count: bytes.fromhex(case["nonce"]))
    assert key.seal(case["content"].encode(), case["purpose"], *case["names"]) == blob


@pytest.mark.parametrize("case", VECTORS["data"], ids=lambda case: case["purpose"])
def test_the_format_is_the_one_that_is_written_down(case: dict[str, Any]) -> None:
    blob, sealing_id = bytes.fromhex(case["blob"]), UUID(case["sealing_id"]).bytes
    assert blob[:17] == b"\x01" + sealing_id
    names = (case["purpose"], *case["names"])
    place = associated(b"data", sealing_id, *(name.encode() for name in names))
    opened = AESGCM(bytes.fromhex(case["key"])).decrypt(blob[17:29], blob[29:], place)
    assert opened.decode() == case["content"]


@pytest.mark.parametrize("case", VECTORS["keys"], ids=lambda case: f"root {case['root_number']}")
def test_wrapped_keys_stay_readable_too(case: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / f"{ROOT}-{case['root_number']}.key").write_bytes(bytes.fromhex(case["root"]))
    sealing_id, wrapped = UUID(case["sealing_id"]), bytes.fromhex(case["wrapped"])
    opened = roots(tmp_path).unwrap(sealing_id, wrapped)
    assert opened._key.hex() == case["key"]
    number = struct.pack(">I", case["root_number"])
    assert wrapped[:5] == b"\x01" + number
    place = associated(b"key", sealing_id.bytes, number)
    assert AESGCM(bytes.fromhex(case["root"])).decrypt(wrapped[5:17], wrapped[17:], place).hex() == case["key"]


@given(content=st.binary(max_size=200), names=st.lists(st.text(max_size=9), max_size=3))
def test_everything_comes_back_as_it_was(content: bytes, names: list[str]) -> None:
    key = TenantKey(uuid4(), os.urandom(32))
    assert key.open(key.seal(content, "setting", *names), "setting", *names) == content


@given(st.lists(st.text(max_size=4), max_size=4), st.lists(st.text(max_size=4), max_size=4))
def test_another_place_does_not_open_it(here: list[str], there: list[str]) -> None:
    key = TenantKey(uuid4(), os.urandom(32))
    blob = key.seal(b"x", "setting", *here)
    if here != there:
        with pytest.raises(NotOpened):
            key.open(blob, "setting", *there)
    with pytest.raises(NotOpened):
        key.open(blob, "registration", *here)


def test_names_do_not_run_together(tmp_path: Path) -> None:
    key, _ = made(tmp_path)
    with pytest.raises(NotOpened):
        key.open(key.seal(b"x", "setting", "ab", "c"), "setting", "a", "bc")


def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    key, wrapped = made(tmp_path)
    blob = key.seal(b"wilg molen", *PLACE)
    for place in range(len(blob) * 8):
        with pytest.raises(NotOpened):
            key.open(flipped(blob, place), *PLACE)
    for place in range(len(wrapped) * 8):
        with pytest.raises(NotOpened):
            roots(tmp_path).unwrap(key.sealing_id, flipped(wrapped, place))


def flipped(blob: bytes, bit: int) -> bytes:
    changed = bytearray(blob)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_what_is_cut_off_is_refused(tmp_path: Path) -> None:
    key, wrapped = made(tmp_path)
    blob = key.seal(b"wilg molen", *PLACE)
    for length in range(len(blob)):
        with pytest.raises(NotOpened):
            key.open(blob[:length], *PLACE)
    for length in range(len(wrapped)):
        with pytest.raises(NotOpened):
            roots(tmp_path).unwrap(key.sealing_id, wrapped[:length])


def test_another_organisations_blob_is_refused(tmp_path: Path) -> None:
    (one, wrapped), (other, _) = made(tmp_path), made(tmp_path)
    blob = one.seal(b"wilg molen", *PLACE)
    with pytest.raises(NotOpened):
        other.open(blob, *PLACE)
    renamed = blob[:1] + other.sealing_id.bytes + blob[17:]
    with pytest.raises(NotOpened):
        other.open(renamed, *PLACE)
    with pytest.raises(NotOpened):
        TenantKey(other.sealing_id, one._key).open(renamed, *PLACE)
    with pytest.raises(NotOpened):
        roots(tmp_path).unwrap(other.sealing_id, wrapped)
    assert sealing_id_of(blob) == one.sealing_id


def test_the_same_content_never_looks_the_same(tmp_path: Path) -> None:
    key, _ = made(tmp_path)
    assert len({key.seal(b"x", *PLACE) for _ in range(200)}) == 200


def test_a_key_does_not_show_itself(tmp_path: Path) -> None:
    key, _ = made(tmp_path)
    assert key._key.hex() not in repr(key) + str(key)
    assert repr(key._key) not in repr(key)


def test_root_keys_change_without_touching_what_is_sealed(tmp_path: Path) -> None:
    ring = roots(tmp_path)
    sealing_id = uuid4()
    key, wrapped = ring.new_tenant_key(sealing_id)
    blob = key.seal(b"wilg molen", *PLACE)
    assert (ring.current(), wrapped_under(wrapped)) == (1, 1)
    assert ring.begin_rotation() == 2
    assert ring.unwrap(sealing_id, wrapped).open(blob, *PLACE) == b"wilg molen", "before its turn"
    again = ring.rewrap(sealing_id, wrapped)
    assert wrapped_under(again) == 2
    KeyRing(tmp_path / "keys").drop(f"{ROOT}-1")
    later = roots(tmp_path)
    assert later.unwrap(sealing_id, again).open(blob, *PLACE) == b"wilg molen"
    with pytest.raises(NotOpened, match=f"{ROOT}-1.key is missing"):
        later.unwrap(sealing_id, wrapped)
    assert not (tmp_path / "keys" / f"{ROOT}-1.key").exists(), "asking for a lost key makes no new one"


def test_a_root_key_lies_in_the_ring_closed_to_others(tmp_path: Path) -> None:
    made(tmp_path)
    file = tmp_path / "keys" / f"{ROOT}-1.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_root_keys_given_from_outside_count(tmp_path: Path) -> None:
    given_keys = tmp_path / "credentials"
    given_keys.mkdir()
    (given_keys / f"{ROOT}-3.key").write_bytes(b"k" * 32)
    ring = KeyRing(tmp_path / "keys", given_keys)
    assert ring.numbers(ROOT) == [3]
    assert wrapped_under(RootKeys(ring).new_tenant_key(uuid4())[1]) == 3
    assert not list((tmp_path / "keys").glob("*.key"))


def test_only_well_named_numbers_count(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "keys")
    for name in (ROOT, f"{ROOT}-1", f"{ROOT}-12", f"{ROOT}-old", f"{ROOT}-2-old"):
        ring.secret(name)
    assert ring.numbers(ROOT) == [1, 12]
    assert ring.numbered(ROOT, 2) is None
    with pytest.raises(LuwteError):
        ring.numbers("../keys")


def test_a_dropped_secret_is_made_anew(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "keys")
    before = ring.secret("csrf")
    ring.drop("csrf")
    ring.drop("csrf")
    assert not (tmp_path / "keys" / "csrf.key").exists()
    assert ring.secret("csrf") != before


BY_DAY: list[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors" / "at_rest_v2.json").read_text("utf-8"))[
    "by_day"
]
DAY = date(2026, 11, 17)


@pytest.mark.parametrize("case", BY_DAY, ids=lambda case: case["purpose"])
def test_what_was_sealed_by_the_day_opens_with_both_keys(case: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    key, day_key = TenantKey(UUID(case["sealing_id"]), bytes.fromhex(case["key"])), bytes.fromhex(case["day_key"])
    blob, place = bytes.fromhex(case["blob"]), (case["purpose"], *case["names"])
    assert key.open_by_day(day_key, blob, *place).decode() == case["content"]
    assert day_of(blob) == date.fromisoformat(case["day"])
    monkeypatch.setattr(os, "urandom", lambda _count: bytes.fromhex(case["nonce"]))
    assert key.seal_by_day(date.fromisoformat(case["day"]), day_key, case["content"].encode(), *place) == blob


@pytest.mark.parametrize("case", BY_DAY, ids=lambda case: case["purpose"])
def test_the_format_by_the_day_is_the_one_that_is_written_down(case: dict[str, Any]) -> None:
    blob, sealing_id = bytes.fromhex(case["blob"]), UUID(case["sealing_id"]).bytes
    day = struct.pack(">I", date.fromisoformat(case["day"]).toordinal())
    assert blob[:21] == b"\x02" + sealing_id + day
    parts = (b"luwte at rest", b"\x02", b"day", sealing_id, case["purpose"].encode(), day)
    without_names = b"".join(struct.pack(">Q", len(part)) + part for part in parts)
    secret = bytes.fromhex(case["key"]) + bytes.fromhex(case["day_key"])
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=without_names).derive(secret)
    names = b"".join(struct.pack(">Q", len(name.encode())) + name.encode() for name in case["names"])
    assert AESGCM(key).decrypt(blob[21:33], blob[33:], without_names + names).decode() == case["content"]


def test_neither_key_alone_nor_another_day_opens_it() -> None:
    key, day_key = TenantKey(uuid4(), os.urandom(32)), os.urandom(32)
    blob = key.seal_by_day(DAY, day_key, b"wilg", "tea.notes", "one")
    another_day = blob[:17] + struct.pack(">I", DAY.toordinal() + 1) + blob[21:]
    place = ("tea.notes", "one")
    tries: list[tuple[TenantKey, bytes, bytes, tuple[str, ...]]] = [
        (key, os.urandom(32), blob, place),
        (TenantKey(key.sealing_id, os.urandom(32)), day_key, blob, place),
        (key, day_key, another_day, place),
        (key, day_key, blob, ("tea.notes", "two")),
        (key, day_key, blob, ("tea.cups", "one")),
        (key, day_key, key.seal(b"wilg", *place), place),
        *((key, day_key, flipped(blob, at), place) for at in range(len(blob) * 8)),
        *((key, day_key, blob[:at], place) for at in range(len(blob))),
    ]
    for with_key, with_day, tried, at_place in tries:
        with pytest.raises(NotOpened):
            with_key.open_by_day(with_day, tried, *at_place)
    with pytest.raises(NotOpened):
        key.open(blob, *place)
