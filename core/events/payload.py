"""An event's value to JSON and back. It holds ids and facts; a type that could hold a text is refused at start-up."""

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from core.errors import LuwteError
from core.hookspecs.values import EventType

_FACTS = (UUID, int, float, bool, datetime, date, timedelta, type(None))


def check_schema(kind: EventType) -> None:
    """Raises LuwteError, in one sentence, for a schema that can be changed or could hold content."""
    params = getattr(kind.schema, "__dataclass_params__", None)
    if not is_dataclass(kind.schema) or params is None or not params.frozen:
        raise LuwteError(f"The event {kind.name} has no frozen dataclass as its schema: write @dataclass(frozen=True).")
    hints = get_type_hints(kind.schema)
    for field in fields(kind.schema):
        if not _is_fact(hints[field.name]):
            raise LuwteError(
                f"The event {kind.name} has the field {field.name}, which could hold content: use UUID, int, bool, "
                "a moment, an Enum or a Literal."
            )


def _is_fact(hint: Any) -> bool:
    origin = get_origin(hint)
    if origin is Literal:
        return True
    if origin in (Union, types.UnionType, tuple, frozenset):
        return all(_is_fact(part) for part in get_args(hint) if part is not Ellipsis)
    return isinstance(hint, type) and (hint in _FACTS or issubclass(hint, Enum))


def to_json(value: object) -> str:
    """The value of an event, as it is stored. Raises LuwteError for one whose fields are not of their types."""
    schema: Any = type(value)
    adapter = _adapter(schema)
    text = adapter.dump_json(value, warnings=False).decode()
    try:
        adapter.validate_json(text)
    except ValidationError:
        raise LuwteError(f"A {type(value).__name__} holds something that its fields do not allow.") from None
    return text


def from_json(kind: EventType, version: int, text: str) -> tuple[int, Any]:
    """The version and value to tell. An older version is lifted step by step; without a lift it is told as it is.

    As it is: of the schema when it still fits, since fields are only ever added, otherwise a plain mapping.
    """
    stored: Mapping[str, Any] = json.loads(text)
    while version < kind.version and version in kind.lifts:
        stored, version = kind.lifts[version](stored), version + 1
    try:
        return version, _adapter(kind.schema).validate_json(json.dumps(stored))
    except ValidationError:
        if version == kind.version:
            raise
        return version, stored


@lru_cache(maxsize=256)
def _adapter(schema: Any) -> TypeAdapter[Any]:
    return TypeAdapter(schema)
