"""Reading the JSON of certificates and key lists: exactly the fields that were agreed, each of its kind."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from core.crypto.sealing.encoding import LARGEST, from_text
from core.crypto.sealing.keys import read_public
from core.crypto.sealing.refusals import SealingRefused

LONGEST_TEXT = 200
Reader = Callable[[Any], Any]


def read_form(given: object, fields: Mapping[str, Reader]) -> dict[str, Any]:
    """The fields of an object, each read by its reader. Raises SealingRefused ("malformed") for any other object."""
    if not isinstance(given, dict) or set(given) != set(fields):
        raise SealingRefused("malformed")
    return {name: read(given[name]) for name, read in fields.items()}


def read_json(text: str | bytes) -> object:
    """What a JSON text says. Raises SealingRefused ("malformed")."""
    try:
        given: object = json.loads(text)
    except (ValueError, RecursionError):
        raise SealingRefused("malformed") from None
    return given


def uuid(value: object) -> UUID:
    """An id, in small letters."""
    try:
        found = UUID(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or str(found) != value:
        raise SealingRefused("malformed")
    return found


def number(value: object) -> int:
    """A whole number, not negative."""
    if type(value) is not int or not 0 <= value <= LARGEST:
        raise SealingRefused("malformed")
    return value


def words(value: object) -> str:
    """A short text."""
    if not isinstance(value, str) or not 0 < len(value.encode("utf-8", "replace")) <= LONGEST_TEXT:
        raise SealingRefused("malformed")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise SealingRefused("malformed")
    return value


def public_key(value: object) -> bytes:
    """A public key: a point of the curve."""
    content = octets(value)
    read_public(content)
    return content


def signature(value: object) -> bytes:
    """A signature's 64 bytes; whether it is true is another question."""
    return octets(value, 64)


def digest(value: object) -> bytes:
    """A hash's 32 bytes."""
    return octets(value, 32)


def octets(value: object, length: int | None = None) -> bytes:
    """Bytes in base64url."""
    content = from_text(value) if isinstance(value, str) else None
    if content is None or (length is not None and len(content) != length):
        raise SealingRefused("malformed")
    return content


def items(read: Reader) -> Reader:
    """A list, each item read by `read`."""

    def read_all(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise SealingRefused("malformed")
        return tuple(read(item) for item in value)

    return read_all
