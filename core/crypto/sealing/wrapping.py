"""A signing key under a pass phrase: for the organisation's key and for helpers' own, so that any computer will do.

::

    0x01 + 0x01 (Argon2id) + memory in KiB (4) + passes (4) + lanes (1) + salt (16) + nonce (12) + PKCS #8 and tag
"""

import os
import re
import unicodedata
from dataclasses import dataclass
from uuid import UUID

from argon2.low_level import Type, hash_secret_raw

from core.crypto.sealing.encoding import encode
from core.crypto.sealing.keys import SigningKey
from core.crypto.sealing.refusals import SealingRefused
from core.crypto.sealing.symmetric import NONCE, TAG, decrypt, encrypt

_HEAD = 1 + 1 + 4 + 4 + 1 + 16


@dataclass(frozen=True, slots=True)
class Cost:
    """What Argon2id costs whoever guesses. It stands in the blob, so that later ones may cost more."""

    memory: int = 64 * 1024
    """In KiB."""
    passes: int = 3
    lanes: int = 1

    def is_sane(self) -> bool:
        """Whether a browser can pay it; what a stranger wrote into a blob must not stop the machine."""
        return 8 * 1024 <= self.memory <= 256 * 1024 and 1 <= self.passes <= 10 and 1 <= self.lanes <= 4


def wrap_signing_key(key: SigningKey, phrase: str, tenant: UUID, owner: UUID, cost: Cost | None = None) -> bytes:
    """The key, for one owner in one organisation, under a pass phrase."""
    paid = cost or Cost()
    head = b"\x01\x01" + paid.memory.to_bytes(4, "big") + paid.passes.to_bytes(4, "big") + bytes([paid.lanes])
    head += os.urandom(16)
    return head + encrypt(_stretch(phrase, head), key.to_pkcs8(), _bound(tenant, owner, head))


def unwrap_signing_key(blob: bytes, phrase: str, tenant: UUID, owner: UUID) -> SigningKey:
    """The key. Raises SealingRefused ("unknown_version", "cut_off", "malformed", "wrong_phrase")."""
    if blob[:2] != b"\x01\x01":
        raise SealingRefused("unknown_version")
    if len(blob) <= _HEAD + NONCE + TAG:
        raise SealingRefused("cut_off")
    head, sealed = blob[:_HEAD], blob[_HEAD:]
    key = _stretch(phrase, head)
    try:
        return SigningKey.from_pkcs8(decrypt(key, sealed, _bound(tenant, owner, head)))
    except SealingRefused:
        raise SealingRefused("wrong_phrase") from None


def canonical_phrase(phrase: str) -> bytes:
    """One spelling: accents in one form, small letters, one space between words."""
    words = re.split(r"[ \t\r\n]+", unicodedata.normalize("NFKC", phrase).lower())
    return " ".join(word for word in words if word).encode("utf-8")


def _bound(tenant: UUID, owner: UUID, head: bytes) -> bytes:
    return encode("luwte/1 wrapped key", tenant, owner, head)


def _stretch(phrase: str, head: bytes) -> bytes:
    cost = Cost(int.from_bytes(head[2:6], "big"), int.from_bytes(head[6:10], "big"), head[10])
    if not cost.is_sane():
        raise SealingRefused("malformed")
    secret, salt = canonical_phrase(phrase), head[11:]
    return hash_secret_raw(secret, salt, cost.passes, cost.memory, cost.lanes, 32, Type.ID)
