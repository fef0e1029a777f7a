"""Key pairs on P-256: one kind signs, the other opens what was sealed to it. Public keys travel as 65 bytes."""

import hashlib
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from core.crypto.sealing import hpke
from core.crypto.sealing.encoding import Part, encode
from core.crypto.sealing.refusals import SealingRefused

PUBLIC_LENGTH = 65
_SIGNED = "luwte/1 signed"
_CURVE = ec.SECP256R1()
_ALGORITHM = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True, slots=True)
class _Pair:
    _private: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        """A fresh pair."""
        return cls(ec.generate_private_key(_CURVE))

    @classmethod
    def from_pkcs8(cls, content: bytes) -> Self:
        """The pair in PKCS #8, as browsers write it. Raises SealingRefused ("malformed") when it is none on P-256."""
        try:
            key = serialization.load_der_private_key(content, None)
        except (TypeError, ValueError):
            raise SealingRefused("malformed") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != _CURVE.name:
            raise SealingRefused("malformed")
        return cls(key)

    def to_pkcs8(self) -> bytes:
        """The secret itself: only to be wrapped."""
        encoding, form = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8
        return self._private.private_bytes(encoding, form, serialization.NoEncryption())

    @property
    def public(self) -> bytes:
        """The public key: 65 bytes, the uncompressed point."""
        encoding, form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        return self._private.public_key().public_bytes(encoding, form)


class SigningKey(_Pair):
    """A pair that signs: an organisation's, a helper's, a shift's. `repr` does not show it."""

    __slots__ = ()

    def sign(self, purpose: str, *parts: Part) -> bytes:
        """A signature over a purpose and parts: r and s, 32 bytes each."""
        r, s = utils.decode_dss_signature(self._private.sign(encode(_SIGNED, purpose, *parts), _ALGORITHM))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class SealingKey(_Pair):
    """A pair to which others seal: a shift's, a help seeker's page's. `repr` does not show it."""

    __slots__ = ()

    def unseal(self, info: bytes, sealed: bytes) -> bytes:
        """What was sealed to it under the same `info`. Raises SealingRefused ("changed")."""
        return hpke.unseal(self._private, info, sealed)


def is_signed(public: bytes, signature: bytes, purpose: str, *parts: Part) -> bool:
    """Whether the owner of a public key signed this purpose and these parts."""
    if len(signature) != 64:
        return False
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    try:
        read_public(public).verify(utils.encode_dss_signature(r, s), encode(_SIGNED, purpose, *parts), _ALGORITHM)
    except InvalidSignature:
        return False
    return True


def seal_to(public: bytes, info: bytes, content: bytes) -> bytes:
    """Seal to whoever has the private half of this public key."""
    return hpke.seal(read_public(public), info, content)


def read_public(public: bytes) -> ec.EllipticCurvePublicKey:
    """The public key in 65 bytes. Raises SealingRefused ("malformed") when they are no point of the curve."""
    if len(public) != PUBLIC_LENGTH:
        raise SealingRefused("malformed")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, public)
    except ValueError:
        raise SealingRefused("malformed") from None


def fingerprint(public: bytes) -> str:
    """A public key to compare by eye or by telephone: eight groups of five digits (132 bits)."""
    digest = hashlib.sha256(encode("luwte/1 fingerprint", public)).digest()
    groups = (int.from_bytes(digest[place : place + 4], "big") % 100_000 for place in range(0, 32, 4))
    return " ".join(f"{group:05}" for group in groups)


def reader_of(public: bytes) -> bytes:
    """Under which a reader finds what is granted to a public key: 16 bytes of its digest."""
    return hashlib.sha256(encode("luwte/1 reader", public)).digest()[:16]
