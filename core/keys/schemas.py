"""What pages hand in: base64url and JSON, read strictly. SealingRefused ("malformed") is the only fault here."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.crypto.sealing import SealingRefused, forms

LONGEST_LIST = 2_000_000
"""Bytes that a list may have: some thousands of helpers."""
_SHORTEST, _LONGEST = 27 + 12 + 16, 400


@dataclass(frozen=True, slots=True)
class Copy:
    """The organisation's key under a pass phrase. `holder` None: the one on paper."""

    holder: UUID | None
    wrapped: bytes


def wrapped_key(text: object) -> bytes:
    """A wrapped key, as long as one can be."""
    content = forms.octets(text)
    if not _SHORTEST < len(content) <= _LONGEST:
        raise SealingRefused("malformed")
    return content


def copies(text: str) -> tuple[Copy, ...]:
    """Copies of the organisation's key."""
    return tuple(Copy(**one) for one in forms.items(_copy)(forms.read_json(text)))


def _copy(form: object) -> dict[str, Any]:
    return forms.read_form(form, {"holder": _holder, "wrapped": wrapped_key})


def _holder(value: object) -> UUID | None:
    found: UUID | None = None if value is None else forms.uuid(value)
    return found
