"""What the payload of a realtime event looks like, read from its schema: where its ids are, and one that fits."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from pydantic import BaseModel

Json = dict[str, Any]

_ALTERNATIVES = ("anyOf", "oneOf", "allOf")


def uuid_fields(schema: type[BaseModel]) -> list[str]:
    """The fields that hold a UUID, nested ones by their path: `conversation`, `entry.client_id`.

    It reads the JSON schema, which knows what lies in lists, unions, dataclasses and models within models.
    """
    whole = schema.model_json_schema()
    return sorted(set(_uuids(whole, whole, (), frozenset())))


def _uuids(part: Json, whole: Json, path: tuple[str, ...], seen: frozenset[str]) -> Iterator[str]:
    if part.get("format") in {"uuid", "uuid1", "uuid3", "uuid4", "uuid5"}:
        yield ".".join(path)
    reference = part.get("$ref")
    if reference is not None and reference not in seen:
        yield from _uuids(_resolved(part, whole), whole, path, seen | {reference})
    for name, inner in part.get("properties", {}).items():
        yield from _uuids(inner, whole, (*path, name), seen)
    for inner in _inner(part):
        yield from _uuids(inner, whole, path, seen)


def _inner(part: Json) -> Iterator[Json]:
    """What stands at the same place: alternatives, a list's items, a mapping's keys and values."""
    for word in _ALTERNATIVES:
        yield from part.get(word, ())
    yield from part.get("prefixItems", ())
    for word in ("items", "additionalProperties", "propertyNames"):
        if isinstance(part.get(word), dict):
            yield part[word]


def payload(schema: type[BaseModel], ids: Mapping[str, str]) -> Json:
    """A payload that fits the schema. `ids` gives values by the field's path; every other UUID is a new one.

    A schema whose fields must agree with each other has a classmethod `fitting`, which makes them agree.
    Raises pydantic.ValidationError for a schema that this function knows no fitting value for.
    """
    whole = schema.model_json_schema()
    made: Json = _value(whole, whole, (), ids)
    fitting = getattr(schema, "fitting", None)
    made = fitting(made) if fitting else made
    schema.model_validate(made)
    return made


def _value(part: Json, whole: Json, path: tuple[str, ...], ids: Mapping[str, str]) -> Any:
    if ".".join(path) in ids:
        return ids[".".join(path)]
    if "$ref" in part:
        return _value(_resolved(part, whole), whole, path, ids)
    for word in ("const", "default"):
        if word in part:
            return part[word]
    if "enum" in part:
        return part["enum"][0]
    alternatives = next((part[word] for word in _ALTERNATIVES if word in part), None)
    if alternatives:
        return _value(alternatives[0], whole, path, ids)
    return _plain(part, whole, path, ids)


def _plain(part: Json, whole: Json, path: tuple[str, ...], ids: Mapping[str, str]) -> Any:
    match part.get("type"):
        case "object":
            return {
                name: _value(inner, whole, (*path, name), ids) for name, inner in part.get("properties", {}).items()
            }
        case "array":
            return [_value(part.get("items", {}), whole, path, ids)] * int(part.get("minItems", 0))
        case "boolean":
            return False
        case "integer" | "number":
            return part.get("minimum", part.get("exclusiveMinimum", 0))
        case _:
            return str(uuid4()) if part.get("format") == "uuid" else "A" * max(4, int(part.get("minLength", 4)))


def _resolved(part: Json, whole: Json) -> Json:
    name = str(part["$ref"]).rpartition("/")[2]
    found: Json = whole["$defs"][name]
    return found
