"""Sealing at rest: a root key outside the database wraps each organisation's random key; that key seals the data.

Blobs carry their version, and with AES-256-GCM everything that says what they are is authenticated with them: a blob is
only opened where it was sealed. That place is named by the *sealing id* of the key, not by the organisation's id: the
id goes along when an organisation moves to another installation.

Version 1, `+` for bytes one after the other, numbers big-endian::

    data     0x01 + sealing id (16) + nonce (12) + ciphertext and tag
    key      0x01 + number of the root key (4) + nonce (12) + ciphertext and tag
    associated data = each part behind its length (8): "luwte at rest", 0x01, kind, then for
        data ("data")   sealing id, purpose, names…
        key ("key")     sealing id, number of the root key

Version 2, for what must be gone at its time wherever it was copied to: two keys open it, the organisation's and one of
the day on which it was sealed, which lies in the key ring alone and is dropped when the day has passed its limit::

    day      0x02 + sealing id (16) + day (4; 1 is the first of January of year 1) + nonce (12) + ciphertext and tag
    key = HKDF-SHA-256(the organisation's key + the day's key, no salt, the associated data without the names)
    associated data = each part behind its length (8): "luwte at rest", 0x02, "day", sealing id, purpose, day, names…
"""

import os
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.crypto.keyring import KeyRing
from core.errors import LuwteError

ROOT = "at-rest-root"
"""The name of the root keys in the key ring; their numbers stand behind it, beginning with 1."""
_VERSION = b"\x01"
_BY_DAY = b"\x02"
_DOMAIN = b"luwte at rest"
_KEY = 32
_NONCE = 12
_TAG = 16
_ID = 16
_DAY = 4


class NotOpened(LuwteError):
    """A blob that was changed, belongs elsewhere, or is of a version that is not known here."""


class Forgotten(NotOpened):
    """A blob whose day's key is gone: nobody can open it any more."""


@dataclass(frozen=True, slots=True)
class TenantKey:
    """An organisation's key, open in memory: seals and opens small things. `repr` does not show it."""

    sealing_id: UUID
    _key: bytes = field(repr=False)

    def seal(self, content: bytes, purpose: str, *names: str) -> bytes:
        """Seal content for one purpose and place in it, such as ("setting", "chat", "mail_password")."""
        place = _associated(b"data", self.sealing_id.bytes, purpose.encode(), *(name.encode() for name in names))
        return _VERSION + self.sealing_id.bytes + _encrypt(self._key, content, place)

    def open(self, blob: bytes, purpose: str, *names: str) -> bytes:
        """Open what was sealed under the same purpose and names. Raises NotOpened for everything else."""
        if sealing_id_of(blob) != self.sealing_id or blob[:1] != _VERSION:
            raise NotOpened("A sealed value was not opened: it was sealed under another key.")
        place = _associated(b"data", self.sealing_id.bytes, purpose.encode(), *(name.encode() for name in names))
        return _decrypt(self._key, blob[len(_VERSION) + _ID :], place)

    def seal_by_day(self, day: date, day_key: bytes, content: bytes, purpose: str, *names: str) -> bytes:
        """Seal content so that it opens with this key and the day's only."""
        place = (b"day", self.sealing_id.bytes, purpose.encode(), _number(day))
        key = self._with_day(day_key, place)
        bound = _associated(*place, *(name.encode() for name in names), version=_BY_DAY)
        return _BY_DAY + self.sealing_id.bytes + _number(day) + _encrypt(key, content, bound)

    def open_by_day(self, day_key: bytes, blob: bytes, purpose: str, *names: str) -> bytes:
        """Open what was sealed under this key and the day's, for the same purpose and names. Raises NotOpened."""
        day = day_of(blob)
        if day is None or sealing_id_of(blob) != self.sealing_id:
            raise NotOpened("A sealed value was not opened: it was sealed under another key.")
        place = (b"day", self.sealing_id.bytes, purpose.encode(), _number(day))
        bound = _associated(*place, *(name.encode() for name in names), version=_BY_DAY)
        return _decrypt(self._with_day(day_key, place), blob[1 + _ID + _DAY :], bound)

    def _with_day(self, day_key: bytes, place: tuple[bytes, ...]) -> bytes:
        derived = HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=_associated(*place, version=_BY_DAY))
        return derived.derive(self._key + day_key)


def sealing_id_of(blob: bytes) -> UUID:
    """Say under which key a blob was sealed. Raises NotOpened when it is none of ours."""
    shortest = {_VERSION: 1 + _ID + _NONCE + _TAG, _BY_DAY: 1 + _ID + _DAY + _NONCE + _TAG}.get(bytes(blob[:1]))
    if shortest is None or len(blob) < shortest:
        raise NotOpened("A sealed value was not opened: it is cut off, or of a version that this Luwte does not know.")
    return UUID(bytes=bytes(blob[1 : 1 + _ID]))


def day_of(blob: bytes) -> date | None:
    """The day under whose key a blob was sealed as well; None for one that needs none. Raises NotOpened."""
    sealing_id_of(blob)
    if blob[:1] != _BY_DAY:
        return None
    try:
        return date.fromordinal(int.from_bytes(blob[1 + _ID : 1 + _ID + _DAY], "big"))
    except (ValueError, OverflowError):
        raise NotOpened("A sealed value was not opened: it was changed, or it belongs elsewhere.") from None


def _number(day: date) -> bytes:
    return day.toordinal().to_bytes(_DAY, "big")


class RootKeys:
    """The root keys of an installation, in its key ring. The one with the highest number wraps; all can unwrap."""

    def __init__(self, ring: KeyRing) -> None:
        """Nothing is read or made yet."""
        self._ring = ring

    def current(self) -> int:
        """The number of the root key that wraps now."""
        return max(self._ring.numbers(ROOT), default=1)

    def new_tenant_key(self, sealing_id: UUID) -> tuple[TenantKey, bytes]:
        """Make a random key for an organisation; gives it open, and wrapped to be stored."""
        key = AESGCM.generate_key(_KEY * 8)
        return TenantKey(sealing_id, key), self._wrap(sealing_id, key)

    def unwrap(self, sealing_id: UUID, wrapped: bytes) -> TenantKey:
        """Open an organisation's key. Raises NotOpened when it was changed or its root key is gone."""
        number = wrapped_under(wrapped)
        root = self._ring.numbered(ROOT, number)
        if root is None:
            raise NotOpened(f"The key file {ROOT}-{number}.key is missing: put it back from a copy.")
        return TenantKey(sealing_id, _decrypt(root, wrapped[5:], _key_place(sealing_id, number)))

    def old(self) -> list[int]:
        """The numbers of root keys that no longer wrap."""
        return [number for number in self._ring.numbers(ROOT) if number != self.current()]

    def begin_rotation(self) -> int:
        """Make a new root key, which wraps from now on; gives its number. What was wrapped before stays readable."""
        number = self.current() + 1
        self._ring.secret(f"{ROOT}-{number}")
        return number

    def rewrap(self, sealing_id: UUID, wrapped: bytes) -> bytes:
        """The same key, wrapped under the current root key: what it sealed need not be written again."""
        return self._wrap(sealing_id, self.unwrap(sealing_id, wrapped)._key)  # noqa: SLF001 - of this very module

    def _wrap(self, sealing_id: UUID, key: bytes) -> bytes:
        number = self.current()
        root = self._ring.secret(f"{ROOT}-{number}")
        return _VERSION + number.to_bytes(4, "big") + _encrypt(root, key, _key_place(sealing_id, number))


def wrapped_under(wrapped: bytes) -> int:
    """Say which root key wrapped a key. Raises NotOpened when it is none of ours."""
    if wrapped[:1] != _VERSION or len(wrapped) != 5 + _NONCE + _KEY + _TAG:
        raise NotOpened("An organisation's key was not opened: it is cut off, or of a version that is not known here.")
    return int.from_bytes(wrapped[1:5], "big")


def _key_place(sealing_id: UUID, number: int) -> bytes:
    return _associated(b"key", sealing_id.bytes, number.to_bytes(4, "big"))


def _associated(*parts: bytes, version: bytes = _VERSION) -> bytes:
    """Every part behind its length, so that ("ab", "c") and ("a", "bc") differ."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in (_DOMAIN, version, *parts))


def _encrypt(key: bytes, content: bytes, place: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, place)


def _decrypt(key: bytes, sealed: bytes, place: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(bytes(sealed[:_NONCE]), bytes(sealed[_NONCE:]), place)
    except InvalidTag:
        raise NotOpened("A sealed value was not opened: it was changed, or it belongs elsewhere.") from None
