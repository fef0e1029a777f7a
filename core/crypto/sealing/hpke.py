"""Sealing to a public key: HPKE (RFC 9180), base mode, single-shot, DHKEM(P-256, HKDF-SHA-256), AES-256-GCM, no aad.

`info` holds everything that the content belongs to: with another one it does not open.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from core.crypto.sealing.refusals import SealingRefused

SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
OVERHEAD = 65 + 16
"""The sender's ephemeral public key before the ciphertext, and the tag behind it."""


def seal(public_key: ec.EllipticCurvePublicKey, info: bytes, content: bytes) -> bytes:
    """The ephemeral public key, then the ciphertext."""
    return SUITE.encrypt(content, public_key, info)


def unseal(private_key: ec.EllipticCurvePrivateKey, info: bytes, sealed: bytes) -> bytes:
    """What was sealed under the same `info`. Raises SealingRefused ("changed")."""
    try:
        return SUITE.decrypt(sealed, private_key, info)
    except InvalidTag:
        raise SealingRefused("changed") from None
