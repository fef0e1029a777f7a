"""Canonical bytes: everything that is signed, bound or derived from is written in one way only."""

import base64
import binascii
from uuid import UUID

from core.crypto.sealing.refusals import SealingRefused

Part = bytes | str | int | UUID
LARGEST = 2**53 - 1
"""The largest whole number that every browser counts to."""


def encode(*parts: Part) -> bytes:
    """Each part behind its length (4 bytes, big-endian), so that ("ab", "c") and ("a", "bc") differ.

    Text is UTF-8, a number 8 bytes, an id its 16. What the parts mean is said by the first one, a label for each use.
    """
    contents = [_content(part) for part in parts]
    return b"".join(len(content).to_bytes(4, "big") + content for content in contents)


def _content(part: Part) -> bytes:
    if isinstance(part, bytes):
        return part
    if isinstance(part, str):
        return part.encode("utf-8")
    if isinstance(part, UUID):
        return part.bytes
    if not 0 <= part <= LARGEST:
        raise ValueError("a number that is sealed or signed must be whole, not negative, and below 2^53")
    return part.to_bytes(8, "big")


def to_text(content: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def from_text(text: str) -> bytes:
    """The bytes of base64url. Raises SealingRefused ("malformed") for anything that `to_text` would not write."""
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise SealingRefused("malformed") from None
    if to_text(content) != text:
        raise SealingRefused("malformed")
    return content
