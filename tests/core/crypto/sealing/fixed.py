"""Chance held still, so that frozen vectors can be made again byte for byte.

It reaches in from outside: the modules have no door for it. Draws of random bytes and ephemeral keys come from a seed,
and are written down in their order: the browser's own sources of chance are given the same ones.
"""

import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import Suite

from core.crypto.sealing import SealingKey, SigningKey, hpke, keys

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ENC = 65


@dataclass
class Chance:
    """A stream that looks random and is not; `taken` holds what was drawn since it was last asked."""

    seed: str
    _count: int = 0
    _taken: list[dict[str, str]] = field(default_factory=list)

    def octets(self, length: int) -> bytes:
        """The next bytes of the stream."""
        drawn = self._next(length)
        self._taken.append({"bytes": drawn.hex()})
        return drawn

    def key(self) -> ec.EllipticCurvePrivateKey:
        """The next ephemeral key."""
        key = self.secret_key()
        self._taken.append({"key": SealingKey(key).to_pkcs8().hex(), "public": SealingKey(key).public.hex()})
        return key

    def secret_key(self) -> ec.EllipticCurvePrivateKey:
        """A key that is not written down as drawn."""
        return ec.derive_private_key(int.from_bytes(self._next(32), "big") % (ORDER - 1) + 1, ec.SECP256R1())

    def taken(self) -> list[dict[str, str]]:
        """What was drawn, in order."""
        drawn, self._taken = self._taken, []
        return drawn

    def signing(self) -> SigningKey:
        """The next key pair that signs."""
        return SigningKey(self.secret_key())

    def sealing(self) -> SealingKey:
        """The next key pair to seal to."""
        return SealingKey(self.secret_key())

    def _next(self, length: int) -> bytes:
        self._count += 1
        return hashlib.shake_256(f"{self.seed} {self._count}".encode()).digest(length)


@dataclass
class FixedSuite:
    """HPKE written down a second time, after RFC 9180, with an ephemeral key that is given."""

    chance: Chance
    library: Suite = hpke.SUITE

    def encrypt(self, content: bytes, public_key: ec.EllipticCurvePublicKey, info: bytes) -> bytes:
        """As `Suite.encrypt` of the library."""
        return seal_with(self.chance.key(), public_key, info, content)

    def decrypt(self, sealed: bytes, private_key: ec.EllipticCurvePrivateKey, info: bytes) -> bytes:
        """The library's own."""
        return self.library.decrypt(sealed, private_key, info)


def seal_with(
    ephemeral: ec.EllipticCurvePrivateKey,
    public_key: ec.EllipticCurvePublicKey,
    info: bytes,
    content: bytes,
    aad: bytes = b"",
) -> bytes:
    """Seal with a given ephemeral key."""
    enc, recipient = point(ephemeral.public_key()), point(public_key)
    kem, suite = b"KEM" + bytes([0, 16]), b"HPKE" + bytes([0, 16, 0, 1, 0, 2])
    prk = extract(b"", kem, b"eae_prk", ephemeral.exchange(ec.ECDH(), public_key))
    secret = expand(prk, kem, b"shared_secret", enc + recipient, 32)
    context = b"\0" + extract(b"", suite, b"psk_id_hash", b"") + extract(b"", suite, b"info_hash", info)
    prk = extract(secret, suite, b"secret", b"")
    key, nonce = expand(prk, suite, b"key", context, 32), expand(prk, suite, b"base_nonce", context, 12)
    return enc + AESGCM(key).encrypt(nonce, content, aad)


def point(public_key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key's 65 bytes."""
    return public_key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def extract(salt: bytes, suite: bytes, label: bytes, ikm: bytes) -> bytes:
    """LabeledExtract."""
    return hmac.new(salt, b"HPKE-v1" + suite + label + ikm, hashlib.sha256).digest()


def expand(prk: bytes, suite: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """LabeledExpand, for one round."""
    labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info + b"\1"
    return hmac.new(prk, labeled, hashlib.sha256).digest()[:length]


@contextmanager
def fixed(seed: str) -> Iterator[Chance]:
    """No chance while this lasts: random bytes, ephemeral keys and signatures are the same each time."""
    chance = Chance(seed)
    algorithm: Any = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    with (
        patch.object(os, "urandom", chance.octets),
        patch.object(hpke, "SUITE", FixedSuite(chance)),
        patch.object(keys, "_ALGORITHM", algorithm),
    ):
        yield chance
