"""What a plugin holds of people: how long, how it is handed over, how it goes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a kind of personal data stays.

    `forget(session, before)` deletes what ended before that moment and returns how many rows went. `models` names the
    tables that it empties: every model of a `PersonalData` must be in one rule.

    `keep` is the default. An organisation may choose less, down to `shortest`; the network says how long at most, up to
    `longest` (by default `keep`). Where nothing lies between these two, nobody chooses. Tables of what stays for less
    than a day are left out of backups: a copy would outlive what it is a copy of.

    `label` names it on the page where organisations choose: a text, under `label_key`. Without it it is not there.
    """

    name: str
    description: str
    keep: timedelta
    forget: Callable[[Any, Any], int]
    models: tuple[type, ...] = ()
    shortest: timedelta = timedelta(minutes=1)
    longest: timedelta | None = None
    label_key: str = ""
    label: str = ""

    @property
    def most(self) -> timedelta:
        """How long the network may let it stay."""
        return self.keep if self.longest is None else self.longest


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A kind of data about people, and the models that hold it.

    `export(session)` yields a mapping of plain values per row; `erase(session)` deletes all of one organisation and
    returns how many rows went. Both get the organisation's session, switched off or not.

    What is kept of a single member of staff can be asked for by itself: `export_person(session, staff_id)` and
    `erase_person(session, staff_id)` do the same for one of them. Where they are None the kind is named as left out.
    """

    name: str
    description: str
    models: tuple[type, ...]
    export: Callable[[Any], Iterable[Mapping[str, Any]]]
    erase: Callable[[Any], int]
    export_person: Callable[[Any, Any], Iterable[Mapping[str, Any]]] | None = None
    erase_person: Callable[[Any, Any], int] | None = None
