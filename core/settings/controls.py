"""How a setting looks in a form, and how what is typed becomes its value: read off its type, said nowhere else."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.errors import PydanticUserError

from core.hookspecs.values import Setting
from core.tenancy.merging import to_json
from core.tenancy.settings import as_json

Kind = Literal["yes_no", "choice", "number", "line", "text", "lines", "json"]
_LONG = 200
_PLAIN = ("string", "integer", "number")


@dataclass(frozen=True, slots=True)
class Control:
    """One field: what kind, the options of a choice, and whether it may be left empty (then its value is None)."""

    kind: Kind
    options: tuple[str, ...] = ()
    """The values of a choice as JSON texts."""
    optional: bool = False


def control_of(setting: Setting) -> Control:
    """The field for a setting's type. A type that no field fits is typed as JSON."""
    try:
        return _control_of(setting.type)
    except TypeError:  # a type that cannot be hashed
        return _control_of.__wrapped__(setting.type)


@lru_cache(maxsize=1000)
def _control_of(kind: Any) -> Control:
    try:
        schema = TypeAdapter(kind).json_schema()
    except PydanticUserError:
        return Control("json")
    parts = schema.get("anyOf", [schema])
    others = [_resolved(part, schema) for part in parts if part.get("type") != "null"]
    if len(others) != 1:
        return Control("json")
    return _control(others[0], optional=len(parts) > len(others))


def _resolved(part: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = str(part.get("$ref", "")).rpartition("/")[2]
    found: dict[str, Any] = schema.get("$defs", {}).get(name, part)
    return found


def _control(part: dict[str, Any], optional: bool) -> Control:
    options = part.get("enum") or ([part["const"]] if "const" in part else None)
    if options:
        return Control("choice", (*(["null"] if optional else []), *(to_json(option) for option in options)), optional)
    kind = part.get("type")
    if kind == "boolean":
        return Control("choice", ("null", "true", "false"), optional) if optional else Control("yes_no")
    if kind in {"integer", "number"}:
        return Control("number", optional=optional)
    if kind == "string":
        return Control("text" if part.get("maxLength", 0) > _LONG else "line", optional=optional)
    if kind == "array" and part.get("items", {}).get("type") in _PLAIN:
        return Control("lines", optional=optional)
    return Control("json", optional=optional)


def shown(setting: Setting, value: Any) -> str:
    """A value as it stands in its field."""
    control, plain = control_of(setting), as_json(setting, value)
    if control.kind in {"choice", "json"}:
        return to_json(plain)
    if plain is None:
        return ""
    if control.kind == "yes_no":
        return "1" if plain else ""
    if control.kind == "lines":
        return "\n".join(str(item) for item in plain)
    return str(plain)


def typed(setting: Setting, text: str) -> Any:
    """What was typed, ready to be validated. Raises ValueError for what cannot be read at all."""
    control, plain = control_of(setting), text.replace("\r\n", "\n")
    if control.kind == "yes_no":
        return plain == "1"
    if control.kind == "choice":
        return json.loads(plain) if plain in control.options else plain
    if control.kind == "lines":
        return [line.strip() for line in plain.split("\n") if line.strip()]
    stripped = plain.strip()
    if not stripped and control.optional:
        return None
    if control.kind == "json":
        return json.loads(stripped)
    return stripped.replace(",", ".") if control.kind == "number" else stripped
