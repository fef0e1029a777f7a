"""Passwords are kept as Argon2id hashes: slow and memory-hungry on purpose (64 MiB and about 0.1 s each)."""

import unicodedata
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
# A flood of sign-ins waits here instead of taking all memory and both processors.
_two_at_once = BoundedSemaphore(2)
# Hash of 32 random bytes that nobody kept: checked where there is no account, so that the answer takes as long.
# A constant, because making it at the first unknown name would make just that answer slower.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$mLiQNGC2P+EHKGMn9rHk2g$4biwfQnpl8nQ0I+inN5sAgJFAruXgAZIAlgVVQfcnOs"


def hash_password(password: str) -> str:
    """The Argon2id hash of a password, with its salt and cost written in it, to keep in the database."""
    with _two_at_once:
        return _hasher.hash(_canonical(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed. None (nobody has that name) is never right and takes as long."""
    with _two_at_once:
        try:
            _hasher.verify(stored or _NOBODY, _canonical(password))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made at another cost than today's; it can be made anew at the next right password."""
    return _hasher.check_needs_rehash(stored)


def _canonical(password: str) -> bytes:
    """One spelling of accents: keyboards differ in how they send "é"."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
