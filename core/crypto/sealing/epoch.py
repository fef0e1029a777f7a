"""The key of one epoch of a conversation: made by who sends under it, sealed to who may read along.

**Whoever made a key sends under it, once; every other holder reads.** A key that was received, or brought back after a
refresh, knows no number to go on with, so it sends nothing: no message key is ever used twice, whatever a page does.
"""

import os
from dataclasses import dataclass, field
from typing import Self

from core.crypto.sealing import hpke
from core.crypto.sealing.certificates import CheckedShift
from core.crypto.sealing.encoding import Part, encode
from core.crypto.sealing.keys import SealingKey, SigningKey, is_signed, seal_to
from core.crypto.sealing.messages import Receiver, Sender
from core.crypto.sealing.place import HEADER, Place
from core.crypto.sealing.refusals import SealingRefused
from core.crypto.sealing.symmetric import KEY, NONCE, TAG, decrypt, derive, encrypt, mac
from core.crypto.tokens import equal

_GRANT = hpke.OVERHEAD + KEY
_SIGNATURE = 64


@dataclass(frozen=True, slots=True)
class Halves:
    """An epoch key that survives a refresh in two halves; alone neither opens anything."""

    tab: bytes = field(repr=False)
    """The key, wrapped: for the tab's own storage."""
    server: bytes = field(repr=False)
    """What it is wrapped under: for the server's memory."""


class EpochKey:
    """The key of one place. Make it with `new`, `open` or `join`; `repr` does not show it."""

    __slots__ = ("_asked", "_made_here", "_mine", "_raw", "place")

    def __init__(self, place: Place, raw: bytes, made_here: bool, mine: bool) -> None:
        self.place = place
        self._raw = raw
        self._made_here = made_here
        self._mine = mine
        self._asked: set[str] = set()

    @classmethod
    def new(cls, place: Place) -> Self:
        """A fresh key: sends, reads, can be sealed to others and kept in halves."""
        return cls(place, os.urandom(KEY), made_here=True, mine=True)

    @classmethod
    def open(cls, place: Place, key: SealingKey, granted: bytes, shift: CheckedShift | None = None) -> Self:
        """The key that was sealed to mine: reads, can be kept in halves, and is nobody else's. Raises SealingRefused.

        A helper's was signed by a shift. A help seeker's was not: anybody may seek help; that a later one is of the
        same person, `check_link` tells.
        """
        _check_side(place, shift)
        if shift:
            _check_tenant(place, shift)
        place.check_header(granted, lambda length: length == HEADER + _GRANT + (_SIGNATURE if shift else 0))
        sealed, signature = granted[: HEADER + _GRANT], granted[HEADER + _GRANT :]
        if shift and not is_signed(shift.signing, signature, "grant", *place.parts(), sealed):
            raise SealingRefused("false_grant")
        raw = key.unseal(encode("luwte/1 epoch", *place.parts()), sealed[HEADER:])
        return cls(place, raw, made_here=False, mine=False)

    @classmethod
    def join(cls, place: Place, halves: Halves, mine: bool = True) -> Self:
        """A key after a refresh: reads; my own (`mine`: this side made it) can be sealed to others.

        Raises SealingRefused.
        """
        place.check_header(halves.tab, lambda length: length == HEADER + NONCE + KEY + TAG)
        raw = decrypt(halves.server, halves.tab[HEADER:], encode("luwte/1 half", *place.parts()))
        return cls(place, raw, made_here=False, mine=mine)

    def grant(self, reader: CheckedShift | bytes, signing: SigningKey | None = None) -> bytes:
        """The key, sealed to somebody who may read from now on.

        That is a helper's checked shift or, from a helper, the help seeker's public key. A helper signs it with the
        shift's signing key; a help seeker has none.
        """
        _check_side(self.place, signing)
        if not self._mine:
            raise SealingRefused("reads_only")
        public = _recipient(self.place, reader)
        info = encode("luwte/1 epoch", *self.place.parts())
        sealed = self.place.header() + seal_to(public, info, self._raw)
        return sealed + (signing.sign("grant", *self.place.parts(), sealed) if signing else b"")

    def split(self, server: bytes | None = None) -> Halves:
        """The key in two halves, to be joined after a refresh.

        `server` is the server's half of a tab's other keys: one for all of them.
        """
        half = server or os.urandom(KEY)
        wrapped = encrypt(half, self._raw, encode("luwte/1 half", *self.place.parts()))
        return Halves(tab=self.place.header() + wrapped, server=half)

    def link(self, granted: bytes) -> bytes:
        """The proof that the next key comes from somebody who has this one: for the grant of the next epoch."""
        return mac(self._derive("link"), granted)

    def check_link(self, granted: bytes, proof: bytes) -> None:
        """Raises SealingRefused ("changed") unless the proof was made with this key for this grant."""
        if not equal(self.link(granted), proof):
            raise SealingRefused("changed")

    def sender(self) -> Sender:
        """What seals messages; there is one for a key that was made here, and it is asked for once."""
        if not self._made_here:
            raise SealingRefused("reads_only")
        self._once("sender")
        return Sender(self.place, self._derive)

    def receiver(self) -> Receiver:
        """What opens messages, once each and in order; asked for once."""
        self._once("receiver")
        return Receiver(self.place, self._derive)

    def _derive(self, purpose: str, *parts: Part) -> bytes:
        return derive(self._raw, encode(f"luwte/1 {purpose}", *self.place.parts(), *parts))

    def _once(self, name: str) -> None:
        if name in self._asked:
            raise SealingRefused("used_before")
        self._asked.add(name)


def _recipient(place: Place, reader: CheckedShift | bytes) -> bytes:
    if isinstance(reader, CheckedShift):
        _check_tenant(place, reader)
        return reader.sealing
    if place.sender == "seeker":
        raise ValueError("a help seeker's key is given to a checked shift only")
    return reader


def _check_tenant(place: Place, shift: CheckedShift) -> None:
    if shift.tenant != place.tenant:
        raise SealingRefused("other_organisation")


def _check_side(place: Place, signer: object) -> None:
    """A caller's mistake, not an attack: helpers' keys go with a signer, help seekers' without."""
    if (place.sender == "helper") != (signer is not None):
        raise ValueError("a helper's epoch key is signed by the shift, a help seeker's is not")
