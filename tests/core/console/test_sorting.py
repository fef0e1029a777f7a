"""Sorting tables: by a column, in a direction, both from the address."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest

from core.console.sorting import Column, sorted_table

COLUMNS: tuple[Column[tuple[str, int]], ...] = (
    Column("name", "Name", lambda row: row[0]),
    Column("size", "Size", lambda row: row[1], figure=True),
)
ROWS = [("b", 2), ("a", 3), ("c", 1)]


def request(**query: str) -> Any:
    return SimpleNamespace(GET=query, current_route_path=lambda _query: f"/x?{urlencode(_query)}")


@pytest.mark.parametrize(
    "query, names",
    [
        ({}, "abc"),
        ({"sorteer": "name"}, "abc"),
        ({"sorteer": "name", "richting": "af"}, "cba"),
        ({"sorteer": "size"}, "abc"),
        ({"sorteer": "size", "richting": "op"}, "cba"),
        ({"sorteer": "weight", "richting": "up"}, "abc"),
    ],
)
def test_rows_stand_as_the_address_asks(query: dict[str, str], names: str) -> None:
    table = sorted_table(request(**query), COLUMNS, ROWS, "name")
    assert "".join(name for name, _ in table.rows) == names


def test_only_the_chosen_heading_says_how_it_is_sorted_and_leads_the_other_way() -> None:
    name, size = sorted_table(request(sorteer="size"), COLUMNS, ROWS, "name").headings
    assert (name.sorted, name.url) == (None, "/x?sorteer=name&richting=op")
    assert (size.sorted, size.url) == ("descending", "/x?sorteer=size&richting=op")
