"""Messages of one epoch: numbered, each under a key of its own, chained to the one before, padded to four lengths.

Only who made an epoch key gets a `Sender` of it. A `Receiver` takes each number once and in order, holds what came too
early, and says of everything else why it is refused.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from core.crypto.sealing.encoding import encode
from core.crypto.sealing.place import HEADER, Place
from core.crypto.sealing.refusals import SealingRefused
from core.crypto.sealing.symmetric import NONCE, TAG, decrypt, encrypt, mac
from core.crypto.tokens import equal

LENGTHS = (256, 1024, 4096, 16384)
"""Lengths that content is padded to, its own length (4 bytes) included."""
LONGEST = LENGTHS[-1] - 4
FIRST = bytes(32)
"""Stands where the first message would name the one before it."""
LAST_NUMBER = 2**32 - 1
WAITING = 256
"""How many messages may wait for one that is missing."""
_NUMBER = HEADER + 4
_OVERHEAD = _NUMBER + NONCE + TAG
_RECEIPT = _NUMBER + 32

Derive = Callable[..., bytes]
Proof = Literal["receipt", "read"]
"""That it was opened there; that it was shown there."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A message: its number, the sender's own id of it, and what it says."""

    n: int
    client_id: UUID
    content: bytes


class Sender:
    """Seals messages, one after the other. Keep what it gave until it has arrived: nothing is ever sealed again."""

    __slots__ = ("_derive", "_hashes", "_n", "_previous", "_proved", "place")

    def __init__(self, place: Place, derive: Derive) -> None:
        """Ask the epoch key for it."""
        self.place = place
        self._derive = derive
        self._n = 0
        self._previous = FIRST
        self._hashes: dict[int, bytes] = {}
        self._proved: dict[Proof, int] = {"receipt": 0, "read": 0}

    def seal(self, content: bytes, client_id: UUID) -> bytes:
        """The next message. Raises SealingRefused ("too_long", "used_before" when all numbers are used)."""
        padded = pad(content)
        if self._n == LAST_NUMBER:
            raise SealingRefused("used_before")
        self._n += 1
        bound = _bound(self.place, self._n, client_id, self._previous)
        sealed = encrypt(self._derive("message key", self._n), padded, bound)
        blob = self.place.header() + self._n.to_bytes(4, "big") + sealed
        self._previous = self._hashes[self._n] = hashlib.sha256(blob).digest()
        return blob

    def confirm(self, receipt: bytes, proof: Proof = "receipt") -> int:
        """The number up to which the other side has opened everything, or has shown it. Raises SealingRefused."""
        self.place.check_header(receipt, lambda length: length == _RECEIPT)
        n = int.from_bytes(receipt[HEADER:_NUMBER], "big")
        if not 0 < n <= self._n:
            raise SealingRefused("not_sent")
        if n not in self._hashes or n < self._proved[proof]:
            raise SealingRefused("replayed")
        if not equal(_receipt(self.place, self._derive, proof, n, self._hashes[n]), receipt):
            raise SealingRefused("changed")
        self._proved[proof] = n
        both = min(self._proved.values())
        self._hashes = {number: digest for number, digest in self._hashes.items() if number >= both}
        return n


class Receiver:
    """Opens the messages of one sender in one epoch: `accept` what arrives, then ask `next` until it gives None."""

    __slots__ = ("_derive", "_early", "_n", "_previous", "place")

    def __init__(self, place: Place, derive: Derive) -> None:
        """Ask the epoch key for it."""
        self.place = place
        self._derive = derive
        self._n = 0
        self._previous = FIRST
        self._early: dict[int, tuple[bytes, UUID]] = {}

    def accept(self, blob: bytes, client_id: UUID) -> None:
        """Take in what arrived. Raises SealingRefused when it cannot belong here, or was here before."""
        self.place.check_header(blob, lambda length: length - _OVERHEAD in LENGTHS)
        n = int.from_bytes(blob[HEADER:_NUMBER], "big")
        if n <= self._n or self._early.get(n) == (blob, client_id):
            raise SealingRefused("replayed")
        if n in self._early:
            raise SealingRefused("number_taken")
        if len(self._early) >= WAITING and n != self._n + 1:
            raise SealingRefused("too_many_wait")
        self._early[n] = (blob, client_id)

    def next(self) -> Opened | None:
        """The next message in order, or None when it is not there yet.

        Raises SealingRefused ("changed") when what came in its place is not what was sent; that is dropped.
        """
        n = self._n + 1
        found = self._early.pop(n, None)
        if found is None:
            return None
        blob, client_id = found
        bound = _bound(self.place, n, client_id, self._previous)
        content = unpad(decrypt(self._derive("message key", n), blob[_NUMBER:], bound))
        self._n, self._previous = n, hashlib.sha256(blob).digest()
        return Opened(n, client_id, content)

    def missing(self) -> list[int]:
        """The numbers that others already wait for."""
        last = max(self._early, default=self._n)
        return [n for n in range(self._n + 1, min(last, self._n + WAITING)) if n not in self._early]

    def receipt(self, proof: Proof = "receipt") -> bytes | None:
        """The proof that all up to the last message was opened here, or was shown; None before the first."""
        return _receipt(self.place, self._derive, proof, self._n, self._previous) if self._n else None


def pad(content: bytes) -> bytes:
    """Length and content, filled with zeros to the next of four lengths. Raises SealingRefused ("too_long")."""
    filled = len(content).to_bytes(4, "big") + content
    length = next((length for length in LENGTHS if len(filled) <= length), None)
    if length is None:
        raise SealingRefused("too_long")
    return filled.ljust(length, b"\0")


def unpad(padded: bytes) -> bytes:
    """The content. Raises SealingRefused ("malformed") when it is not as `pad` writes it."""
    content = padded[4 : 4 + int.from_bytes(padded[:4], "big")]
    if len(content) > LONGEST or pad(content) != padded:
        raise SealingRefused("malformed")
    return content


def _bound(place: Place, n: int, client_id: UUID, previous: bytes) -> bytes:
    return encode("luwte/1 message", *place.parts(), n, client_id, previous)


def _receipt(place: Place, derive: Derive, proof: Proof, n: int, last: bytes) -> bytes:
    return place.header() + n.to_bytes(4, "big") + mac(derive(proof), encode(n, last))
