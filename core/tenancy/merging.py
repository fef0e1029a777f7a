"""The rule by which a folder and what was changed here meet, value by value. Pure: no files, no database."""

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from core.crypto.tokens import fingerprint

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Stored:
    """A value as stored: JSON (None: taken away here), and the hash of what was last imported (None: nothing)."""

    value: str | None
    imported_hash: str | None

    @property
    def untouched(self) -> bool:
        """Whether it still is what was last imported."""
        return self.value is not None and self.imported_hash == value_hash(self.value)


@dataclass(slots=True)
class Merge(Generic[K]):
    """What an import does: values to write, keys to drop, and keys that were changed here and stay."""

    put: dict[K, Stored] = field(default_factory=dict)
    drop: list[K] = field(default_factory=list)
    kept: list[K] = field(default_factory=list)


def to_json(value: Any) -> str:
    """Return the one JSON text of a value: equal values have equal texts."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def value_hash(text: str) -> str:
    """Return the hash by which an imported value is remembered."""
    return fingerprint(text.encode())


def merge(stored: Mapping[K, Stored], folder: Mapping[K, str]) -> Merge[K]:
    """Compare what is stored with what the folder says (JSON texts).

    What still equals its last import follows the folder, also when the folder no longer says it. What was changed or
    taken away here stays and is listed. What was made here alone is left in peace. Equal values count as imported.
    """
    result: Merge[K] = Merge()
    for key, text in folder.items():
        _meet(result, key, stored.get(key), text)
    for key, value in stored.items():
        if key not in folder and value.imported_hash is not None:
            (result.drop if value.untouched else result.kept).append(key)
    return result


def _meet(result: Merge[K], key: K, value: Stored | None, text: str) -> None:
    arrived = Stored(text, value_hash(text))
    if value is None or value.untouched or value.value == text:
        if value != arrived:
            result.put[key] = arrived
    else:
        result.kept.append(key)
