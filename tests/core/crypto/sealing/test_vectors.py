"""The frozen vectors in Python: all of it opens, all of it is made again byte for byte, each attack has its reason."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives.asymmetric import ec

from core.crypto.sealing import (
    REASONS,
    EpochKey,
    Halves,
    HelperCertificate,
    KeysDocument,
    Place,
    Receiver,
    SealingKey,
    SealingRefused,
    ShiftCertificate,
    SigningKey,
    Trust,
    fingerprint,
    hpke,
    unwrap_signing_key,
)
from core.crypto.sealing.encoding import encode
from core.crypto.sealing.keys import is_signed
from tests.core.crypto.sealing.fixed import Chance, FixedSuite, point, seal_with
from tests.core.crypto.sealing.world import FILE, build, checked, code_of, own_key, place_of

Json = dict[str, Any]
FROZEN: Json = json.loads(FILE.read_text("utf-8"))
RFC: Json = json.loads((Path(FILE).parent / "rfc9180.json").read_text("utf-8"))
EPOCHS: dict[str, Json] = FROZEN["epochs"]


def private(name: str) -> bytes:
    return bytes.fromhex(FROZEN["keys"][name]["private"])


def public(name: str) -> bytes:
    return bytes.fromhex(FROZEN["keys"][name]["public"])


def read(name: str) -> KeysDocument:
    return KeysDocument.read(FROZEN["documents"][name], UUID(FROZEN["readings"][0]["tenant"]))


def test_all_of_it_is_made_again_byte_for_byte() -> None:
    assert build() == FROZEN


def test_the_primitive_is_the_one_of_rfc_9180() -> None:
    recipient = ec.derive_private_key(int(RFC["skRm"], 16), ec.SECP256R1())
    ephemeral = ec.derive_private_key(int(RFC["skEm"], 16), ec.SECP256R1())
    first, info = RFC["encryptions"][0], bytes.fromhex(RFC["info"])
    content, aad = bytes.fromhex(first["pt"]), bytes.fromhex(first["aad"])
    sealed = bytes.fromhex(RFC["enc"] + first["ct"])
    assert point(recipient.public_key()).hex() == RFC["pkRm"]
    assert openssl.hpke._decrypt_with_aad(hpke.SUITE, sealed, recipient, info, aad) == content
    assert seal_with(ephemeral, recipient.public_key(), info, content, aad) == sealed


def test_the_second_writing_of_hpke_agrees_with_the_library() -> None:
    key = SealingKey.new()
    sealed = FixedSuite(Chance("x")).encrypt(b"wilg", key._private.public_key(), b"info")
    assert key.unseal(b"info", sealed) == b"wilg"
    assert code_of(lambda: key.unseal(b"other", sealed)) == "changed"


def test_reasons_are_the_agreed_ones() -> None:
    assert FROZEN["codes"] == list(REASONS)


@pytest.mark.parametrize("case", FROZEN["encoding"], ids=lambda case: case["bytes"][:16])
def test_canonical_bytes(case: Json) -> None:
    parts = [_part(part) for part in case["parts"]]
    assert encode(*parts).hex() == case["bytes"]


def _part(part: Json) -> Any:
    if "id" in part:
        return UUID(part["id"])
    return bytes.fromhex(part["bytes"]) if "bytes" in part else part["value"]


def test_keys_and_signatures() -> None:
    for case in FROZEN["keys"].values():
        assert SigningKey.from_pkcs8(bytes.fromhex(case["private"])).public.hex() == case["public"]
        assert fingerprint(bytes.fromhex(case["public"])) == case["fingerprint"]
    case = FROZEN["signature"]
    signature = bytes.fromhex(case["signature"])
    assert is_signed(public("root"), signature, "test", "wilg")
    assert not is_signed(public("root"), signature, "test", "molen")
    assert not is_signed(public("root"), signature, "keys", "wilg")
    assert not is_signed(public("ghost"), signature, "test", "wilg")
    assert not is_signed(public("root"), signature[:63], "test", "wilg")
    assert not is_signed(public("root"), bytes(64), "test", "wilg")
    assert code_of(SigningKey.from_pkcs8, b"0") == "malformed"
    other_curve = SigningKey(ec.generate_private_key(ec.SECP384R1())).to_pkcs8()
    assert code_of(SigningKey.from_pkcs8, other_curve) == "malformed"


@pytest.mark.parametrize("case", FROZEN["readings"], ids=lambda case: case["document"])
def test_lists_of_keys_are_read(case: Json) -> None:
    text = FROZEN["documents"][case["document"]]
    assert code_of(lambda: KeysDocument.read(text, UUID(case["tenant"]))) == case["code"]
    if not case["code"]:
        assert KeysDocument.read(text, UUID(case["tenant"])).to_json() == text


@pytest.mark.parametrize("case", FROZEN["follows"], ids=lambda case: f"{case['known']}, {case['document']}")
def test_lists_follow_on_each_other(case: Json) -> None:
    known, document = Trust.first(read(case["known"])), read(case["document"])
    assert code_of(lambda: known.follow(document, case["now"], case["first_seen"])) == case["code"]
    if not case["code"]:
        assert known.follow(document, case["now"], case["first_seen"]) == Trust.first(document)


@pytest.mark.parametrize("case", FROZEN["shifts"], ids=lambda case: case["name"])
def test_shifts(case: Json) -> None:
    document = read(case["document"])
    assert code_of(lambda: document.shift(case["shift"], case["role"], case["now"])) == case["code"]


@pytest.mark.parametrize("case", FROZEN["grants"])
def test_grants(case: Json) -> None:
    place, granted, key = place_of(case["place"]), bytes.fromhex(case["granted"]), private(case["key"])
    shift = checked(place.tenant, public("shift_sealing"), public(case["signing"])) if case["signing"] else None
    assert code_of(lambda: EpochKey.open(place, SealingKey.from_pkcs8(key), granted, shift)) == case["code"]


@pytest.mark.parametrize("case", FROZEN["halves"])
def test_halves(case: Json) -> None:
    halves = Halves(bytes.fromhex(case["tab"]), bytes.fromhex(case["server"]))
    assert code_of(EpochKey.join, place_of(case["place"]), halves) == case["code"]


@pytest.mark.parametrize("name", EPOCHS)
def test_what_was_sealed_once_opens_for_ever(name: str) -> None:
    receiver = own_key(EPOCHS[name]).receiver()
    for number, message in enumerate(EPOCHS[name]["messages"], start=1):
        receiver.accept(bytes.fromhex(message["blob"]), UUID(message["client_id"]))
        opened = receiver.next()
        assert opened
        assert (opened.n, str(opened.client_id)) == (number, message["client_id"])
        assert opened.content.decode() == message["content"]
        assert receiver.receipt() == bytes.fromhex(message["receipt"])


def deliver(receiver: Receiver, piece: Json) -> list[int | str]:
    """What a reader makes of one piece: the numbers that it opens, and the reason of each refusal."""
    outcome: list[int | str] = []
    try:
        receiver.accept(bytes.fromhex(piece["blob"]), UUID(piece["client_id"]))
    except SealingRefused as refusal:
        return [refusal.code]
    while True:
        try:
            opened = receiver.next()
        except SealingRefused as refusal:
            outcome.append(refusal.code)
            continue
        if opened is None:
            return outcome
        outcome.append(opened.n)


@pytest.mark.parametrize("case", FROZEN["deliveries"], ids=lambda case: case["name"])
def test_deliveries(case: Json) -> None:
    receiver = own_key(EPOCHS[case["epoch"]]).receiver()
    assert [deliver(receiver, piece) for piece in case["pieces"]] == case["outcomes"]
    assert receiver.missing() == case["missing"]


def test_links() -> None:
    for case in FROZEN["links"]:
        granted, proof = bytes.fromhex(case["granted"]), bytes.fromhex(case["proof"])
        key = own_key(EPOCHS[case["epoch"]])
        assert code_of(key.check_link, granted, proof) == case["code"]


def test_receipts(monkeypatch: pytest.MonkeyPatch) -> None:
    case = EPOCHS["seeker"]
    draws = iter(case["draws"])
    draw = lambda _length: bytes.fromhex(next(one for one in draws if "bytes" in one)["bytes"])  # noqa: E731
    monkeypatch.setattr("os.urandom", draw)
    key = EpochKey.new(place_of(case["place"]))
    key.split()
    sender = key.sender()
    for message in case["messages"]:
        assert sender.seal(message["content"].encode(), UUID(message["client_id"])).hex() == message["blob"]
    for row in FROZEN["receipts"]:
        receipt = bytes.fromhex(row["receipt"])
        try:
            assert sender.confirm(receipt) == row["outcome"]
        except SealingRefused as refusal:
            assert refusal.code == row["outcome"]  # noqa: PT017 - a row says which of both


def test_wrapped_keys() -> None:
    wrapped = FROZEN["wrapped"]
    for case in wrapped["attempts"]:
        arguments = (bytes.fromhex(case["blob"]), case["phrase"], UUID(wrapped["tenant"]), UUID(case["owner"]))
        assert code_of(unwrap_signing_key, *arguments) == case["code"]
        if not case["code"]:
            assert unwrap_signing_key(*arguments).public == public("noor")


def test_a_side_that_forgets_its_signature_is_stopped_by_itself() -> None:
    with pytest.raises(ValueError, match="signed by the shift"):
        EpochKey.new(Place(UUID(int=1), UUID(int=2), 1, "helper")).grant(public("seeker"))


def test_a_help_seekers_key_goes_to_a_checked_shift_of_the_same_organisation_only() -> None:
    key = EpochKey.new(Place(UUID(int=1), UUID(int=2), 1, "seeker"))
    with pytest.raises(ValueError, match="to a checked shift only"):
        key.grant(public("shift_sealing"))
    elsewhere = checked(UUID(int=3), public("shift_sealing"), public("shift_signing"))
    assert code_of(key.grant, elsewhere) == "other_organisation"
    granted = bytes.fromhex(EPOCHS["helper"]["granted"])
    reader = SealingKey.from_pkcs8(private("seeker"))
    assert (
        code_of(EpochKey.open, place_of(EPOCHS["helper"]["place"]), reader, granted, elsewhere) == "other_organisation"
    )
    with pytest.raises(ValueError, match="signed by the shift"):
        EpochKey.open(place_of(EPOCHS["helper"]["place"]), reader, granted)


def test_a_shift_checked_by_itself_must_be_of_that_helper_in_that_organisation() -> None:
    case = FROZEN["shifts"][0]
    shift, noor = ShiftCertificate.from_form(case["shift"]), read("first").helpers[0]
    assert isinstance(noor, HelperCertificate)
    assert code_of(shift.check, noor, case["now"]) is None
    assert code_of(shift.check, replace(noor, tenant=UUID(int=1)), case["now"]) == "other_organisation"
    assert code_of(shift.check, replace(noor, id=UUID(int=1)), case["now"]) == "false_shift"
    identity = SigningKey.from_pkcs8(private("noor"))
    assert code_of(shift.signed(identity).check, noor, case["now"]) is None
    assert code_of(replace(shift, ends=shift.begins + 5 * 3600 + 1).signed, identity) == "shift_too_long"


def test_all_numbers_are_used_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sender = EpochKey.new(place_of(EPOCHS["seeker"]["place"])).sender()
    monkeypatch.setattr(sender, "_n", 2**32 - 1)
    assert code_of(sender.seal, b"x", UUID(int=1)) == "used_before"
