"""Tables that sort, with their state in the address: a link can be kept, sent, and gone back to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from core.web.request import Request

Row = TypeVar("Row")
Direction = Literal["ascending", "descending"]

_WORDS: Mapping[Direction, str] = {"ascending": "op", "descending": "af"}


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column: its name in the address, its heading, and what its rows are ordered by."""

    name: str
    label: str
    by: Callable[[Row], Any]
    figure: bool = False
    """Figures stand at the end of their cell, and begin with the largest."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading as a template shows it: a link that orders by it, and how it is ordered now."""

    label: str
    url: str
    sorted: Direction | None
    figure: bool


@dataclass(frozen=True, slots=True)
class SortedTable(Generic[Row]):
    """Headings and rows, in the order that the address asks for."""

    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]


def sorted_table(request: Request, columns: Sequence[Column[Row]], rows: Iterable[Row], first: str) -> SortedTable[Row]:
    """The table by the column that `?sorteer=` names, `first` by default; `?richting=` is `op` or `af`.

    What the address asks for in other words is passed over.
    """
    chosen = _column(columns, str(request.GET.get("sorteer", "")), first)
    asked = str(request.GET.get("richting", ""))
    now = next((direction for direction, word in _WORDS.items() if word == asked), _usual(chosen))
    ordered = sorted(rows, key=chosen.by, reverse=now == "descending")
    return SortedTable(tuple(_heading(request, column, chosen, now) for column in columns), tuple(ordered))


def _column(columns: Sequence[Column[Row]], name: str, first: str) -> Column[Row]:
    by_name = {column.name: column for column in columns}
    return by_name.get(name, by_name[first])


def _usual(column: Column[Any]) -> Direction:
    return "descending" if column.figure else "ascending"


def _heading(request: Request, column: Column[Any], chosen: Column[Any], now: Direction) -> Heading:
    here = column is chosen
    wanted: Direction = ("ascending" if now == "descending" else "descending") if here else _usual(column)
    url = request.current_route_path(_query={"sorteer": column.name, "richting": _WORDS[wanted]})
    return Heading(column.label, url, now if here else None, column.figure)
