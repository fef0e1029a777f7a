"""AES-256-GCM, HKDF-SHA-256 and HMAC-SHA-256, as all of this folder uses them."""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.crypto.sealing.refusals import SealingRefused

KEY = 32
NONCE = 12
TAG = 16


def encrypt(key: bytes, content: bytes, bound: bytes) -> bytes:
    """A random nonce, then ciphertext and tag; `bound` must be the same when it is opened."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, bound)


def decrypt(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """What `encrypt` sealed. Raises SealingRefused ("changed"), for a wrong key too."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], bound)
    except (InvalidTag, ValueError):
        raise SealingRefused("changed") from None


def derive(key: bytes, info: bytes) -> bytes:
    """A key for one use, which `info` names."""
    return HKDF(algorithm=hashes.SHA256(), length=KEY, salt=None, info=info).derive(key)


def mac(key: bytes, content: bytes) -> bytes:
    """HMAC-SHA-256."""
    return hmac.new(key, content, hashlib.sha256).digest()
