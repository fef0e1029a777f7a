"""The only room that touches cryptographic primitives: key ring, tokens, passwords, sealing at rest and end to end."""

from core.crypto.at_rest import Forgotten, NotOpened, RootKeys, TenantKey
from core.crypto.keyring import KeyRing
from core.crypto.passwords import hash_password, needs_rehash, verify_password
from core.crypto.tokens import choose, digest, equal, fingerprint, new_token, read, sign

__all__ = [
    "Forgotten",
    "KeyRing",
    "NotOpened",
    "RootKeys",
    "TenantKey",
    "choose",
    "digest",
    "equal",
    "fingerprint",
    "hash_password",
    "needs_rehash",
    "new_token",
    "read",
    "sign",
    "verify_password",
]
