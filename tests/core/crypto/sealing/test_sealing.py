"""What holds for every input: canonical bytes are one-to-one, readers give what was sent, keys are used once."""

import os
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crypto.sealing import CheckedShift, EpochKey, Place, SealingKey, SealingRefused, Sender, SigningKey
from core.crypto.sealing.encoding import LARGEST, encode, from_text, to_text
from core.crypto.sealing.messages import LENGTHS, LONGEST, pad, unpad
from tests.core.crypto.sealing.world import checked, code_of

TENANT, TALK = uuid4(), uuid4()
HERE = Place(TENANT, TALK, 1, "seeker")
parts = st.lists(st.binary(max_size=6), max_size=4)


@given(parts, parts)
def test_different_parts_never_become_the_same_bytes(one: list[bytes], other: list[bytes]) -> None:
    assert (encode(*one) == encode(*other)) == (one == other)


@given(st.integers(0, LARGEST), st.text(max_size=9).filter(lambda text: text.isprintable()), st.uuids())
def test_every_kind_of_part_has_one_form(number: int, text: str, identity: UUID) -> None:
    assert encode(number, text, identity) == encode(number.to_bytes(8, "big"), text.encode(), identity.bytes)


@pytest.mark.parametrize("number", [-1, LARGEST + 1])
def test_numbers_that_a_browser_cannot_count_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="whole, not negative"):
        encode(number)


@given(st.binary(max_size=40))
def test_base64url_has_one_spelling(content: bytes) -> None:
    text = to_text(content)
    assert from_text(text) == content
    for other in (text + "=", text + "\n", text + "+", text + " ", text + "é"):
        assert code_of(from_text, other) == "malformed"


def test_base64url_with_spare_bits_is_refused() -> None:
    assert to_text(b"\x00") == "AA"
    assert code_of(lambda: from_text("AB")) == "malformed"


@given(st.integers(0, LONGEST))
def test_padding_shows_four_lengths_only(length: int) -> None:
    content = os.urandom(length)
    padded = pad(content)
    assert len(padded) in LENGTHS
    assert unpad(padded) == content
    assert code_of(lambda: unpad(padded[:-1] + bytes([padded[-1] ^ 1]))) == "malformed" or length + 4 == len(padded)


def test_what_is_longer_is_refused() -> None:
    assert code_of(lambda: pad(bytes(LONGEST + 1))) == "too_long"


def shift_of(reader: SealingKey) -> CheckedShift:
    """A shift that reads with this key."""
    return checked(TENANT, reader.public, reader.public)


class Talk:
    """A sender with some messages, and the reader's key."""

    def __init__(self, count: int) -> None:
        reader = SealingKey.new()
        key = EpochKey.new(HERE)
        self.sender = key.sender()
        self.ids = [uuid4() for _ in range(count)]
        self.blobs = [self.sender.seal(f"{number}".encode(), self.ids[number]) for number in range(count)]
        self.receiver = EpochKey.open(HERE, reader, key.grant(shift_of(reader))).receiver()

    def deliver(self, blob: bytes, client_id: UUID) -> list[str]:
        """What is read after one more piece has arrived."""
        read: list[str] = []
        try:
            self.receiver.accept(blob, client_id)
        except SealingRefused:
            return []
        while True:
            try:
                opened = self.receiver.next()
            except SealingRefused:
                continue
            if opened is None:
                return read
            read.append(opened.content.decode())


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_whatever_a_server_does_a_reader_reads_a_beginning_of_what_was_sent(data: Any) -> None:
    count = 5
    talk = Talk(count)
    read: list[str] = []
    for _ in range(data.draw(st.integers(0, 15))):
        piece, owner = data.draw(st.integers(0, count - 1)), data.draw(st.integers(0, count - 1))
        changed = bytearray(talk.blobs[piece])
        if data.draw(st.booleans()):
            changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(0, 255))
        read += talk.deliver(bytes(changed), talk.ids[owner])
    assert read == [str(number) for number in range(len(read))]
    for blob, client_id in zip(talk.blobs, talk.ids, strict=True):
        read += talk.deliver(blob, client_id)
    read += [
        text for blob, client_id in zip(talk.blobs, talk.ids, strict=True) for text in talk.deliver(blob, client_id)
    ]
    assert read == [str(number) for number in range(count)], "nothing false stays in the way of what is true"


def test_only_who_made_a_key_sends_and_only_once() -> None:
    reader, key = SealingKey.new(), EpochKey.new(HERE)
    granted, halves = key.grant(shift_of(reader)), key.split()
    opened, joined = EpochKey.open(HERE, reader, granted), EpochKey.join(HERE, halves)
    assert isinstance(key.sender(), Sender)
    assert code_of(key.sender) == "used_before"
    assert code_of(opened.sender) == code_of(joined.sender) == "reads_only"
    assert code_of(lambda: opened.grant(shift_of(reader))) == "reads_only"
    again = EpochKey.join(HERE, opened.split(halves.server), mine=False)
    assert code_of(lambda: again.grant(shift_of(reader))) == "reads_only", "kept for my own tab, and for nobody else"
    assert code_of(EpochKey.open(HERE, reader, joined.grant(shift_of(reader))).receiver) is None
    assert code_of(lambda: [opened.receiver(), opened.receiver()]) == "used_before"


def test_no_message_key_is_ever_derived_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    derived: list[tuple[object, ...]] = []
    key = EpochKey.new(HERE)
    derive = EpochKey._derive

    def watched(self: EpochKey, *asked: Any) -> bytes:
        derived.append(asked)
        return derive(self, *asked)

    monkeypatch.setattr(EpochKey, "_derive", watched)
    sender = key.sender()
    for _ in range(20):
        sender.seal(b"x", uuid4())
    assert len(derived) == len(set(derived)) == 20


def test_too_much_early_is_refused_and_the_missing_one_still_comes_in() -> None:
    talk = Talk(260)
    late = list(zip(talk.blobs, talk.ids, strict=True))
    for blob, client_id in late[1:257]:
        talk.receiver.accept(blob, client_id)
    assert code_of(lambda: talk.receiver.accept(*late[258])) == "too_many_wait"
    assert talk.receiver.missing() == [1]
    assert len(talk.deliver(*late[0])) == 257


def test_that_it_was_shown_is_proved_apart_from_that_it_was_opened() -> None:
    key, reader = EpochKey.new(HERE), SealingKey.new()
    sender = key.sender()
    receiver = EpochKey.open(HERE, reader, key.grant(shift_of(reader))).receiver()
    opened: list[bytes] = []
    shown: list[bytes] = []
    for _ in range(3):
        client_id = uuid4()
        receiver.accept(sender.seal(b"x", client_id), client_id)
        receiver.next()
        opened.append(receiver.receipt() or b"")
        shown.append(receiver.receipt("read") or b"")
    assert sender.confirm(opened[1]) == 2
    assert sender.confirm(shown[0], "read") == 1, "shown later than opened: its hash is still known"
    assert code_of(lambda: sender.confirm(opened[0])) == "replayed"
    assert code_of(lambda: sender.confirm(shown[2])) == "changed", "the one does not count as the other"
    assert sender.confirm(shown[2], "read") == 3
    assert code_of(lambda: sender.confirm(shown[0], "read")) == "replayed"


def test_halves_open_nothing_alone_or_elsewhere() -> None:
    halves = EpochKey.new(HERE).split()
    other = EpochKey.new(HERE).split()
    mixed = type(halves)(halves.tab, other.server)
    assert code_of(lambda: EpochKey.join(HERE, mixed)) == "changed"
    elsewhere = Place(uuid4(), TALK, 1, "seeker")
    assert code_of(lambda: EpochKey.join(elsewhere, halves)) == "changed"


def test_keys_do_not_show_themselves() -> None:
    key, halves = EpochKey.new(HERE), EpochKey.new(HERE).split()
    assert key._raw.hex() not in repr(key)
    assert repr(halves) == "Halves()"
    assert repr(SigningKey.new()) == "SigningKey()"
