"""Writes down every text and number that can be reached from an object by its attributes and contents."""

import os
import types
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

MOST = 20_000
_NOT_DATA = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.CodeType)


def write_down(occasion: str, *things: Any) -> None:
    """Appends to the lookout's file what the things show, and how many objects were looked at."""
    seen: dict[int, Any] = {}
    lines = [f"== {occasion}"]
    waiting = deque(things)
    while waiting and len(seen) < MOST:
        thing = waiting.popleft()
        if id(thing) in seen or isinstance(thing, _NOT_DATA):
            continue
        seen[id(thing)] = thing
        if isinstance(thing, str | bytes | int | float):
            lines.append(repr(thing))
        else:
            lines.append(_shown(thing))
            waiting.extend(_parts(thing))
    with Path(os.environ["LOOKOUT_FILE"]).open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write("\n".join([*lines, f"objects: {len(seen)}\n"]))


def _shown(thing: Any) -> str:
    try:
        return repr(thing)[:2000]
    except Exception as error:  # noqa: BLE001 - whatever it is, the looking goes on
        return type(error).__name__


def _parts(thing: Any) -> Iterable[Any]:
    if isinstance(thing, Mapping):
        yield from list(thing.keys())
        yield from list(thing.values())
    elif isinstance(thing, list | tuple | set | frozenset):
        yield from list(thing)
    yield from list((_value(thing, "__dict__") or {}).values())
    for kind in type(thing).__mro__:
        for name in getattr(kind, "__slots__", ()):
            yield _value(thing, str(name))


def _value(thing: Any, name: str) -> Any:
    try:
        return getattr(thing, name)
    except Exception:  # noqa: BLE001 - a slot that is empty, or answers as it likes
        return None
