"""A field is read off the type of its setting, and brings back the value that it showed."""

from datetime import time
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from core.hookspecs.values import Setting
from core.settings.controls import Control, control_of, shown, typed
from core.tenancy.settings import validated


class Leaf(Enum):
    """Tea leaves."""

    GREEN = "green"
    BLACK = "black"


def of(kind: Any) -> Setting:
    return Setting("x", kind, None, "")


@pytest.mark.parametrize(
    ("kind", "control"),
    [
        (bool, Control("yes_no")),
        (bool | None, Control("choice", ("null", "true", "false"), optional=True)),
        (int, Control("number")),
        (Annotated[float, Field(ge=0)] | None, Control("number", optional=True)),
        (str, Control("line")),
        (Annotated[str, Field(max_length=200)], Control("line")),
        (Annotated[str, Field(max_length=201)] | None, Control("text", optional=True)),
        (Literal["a", "b"], Control("choice", ('"a"', '"b"'))),
        (Literal["only"], Control("choice", ('"only"',))),
        (Literal[1, 2] | None, Control("choice", ("null", "1", "2"), optional=True)),
        (Leaf, Control("choice", ('"green"', '"black"'))),
        (tuple[str, ...], Control("lines")),
        (list[int], Control("lines")),
        (time, Control("line")),
        (dict[str, int], Control("json")),
        (int | str, Control("json")),
        (tuple[tuple[int, ...], ...], Control("json")),
        (object, Control("json")),
    ],
    ids=str,
)
def test_a_field_is_read_off_the_type(kind: Any, control: Control) -> None:
    assert control_of(of(kind)) == control


LINES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]), min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (bool, st.booleans()),
        (bool | None, st.none() | st.booleans()),
        (int, st.integers(-(2**60), 2**60)),
        (int | None, st.none() | st.integers(-99, 99)),
        (float, st.floats(allow_nan=False, allow_infinity=False)),
        (Leaf, st.sampled_from(Leaf)),
        (Literal["a", "b"] | None, st.sampled_from(["a", "b", None])),
        (tuple[str, ...], st.lists(LINES, max_size=4).map(tuple)),
        (tuple[int, ...], st.lists(st.integers(-9, 9), max_size=4).map(tuple)),
        (dict[str, int], st.dictionaries(st.text(max_size=5), st.integers(-9, 9), max_size=3)),
        (str, LINES),
    ],
    ids=str,
)
def test_what_is_shown_is_read_back_the_same(kind: Any, values: st.SearchStrategy[Any]) -> None:
    setting = of(kind)

    @given(values)
    def holds(value: Any) -> None:
        # As a browser sends it.
        text = shown(setting, value).replace("\n", "\r\n")
        assert validated(setting, typed(setting, text)) == value

    holds()


def test_what_people_type_is_taken_as_meant() -> None:
    assert typed(of(float), " 2,5 ") == "2.5"
    assert typed(of(tuple[str, ...]), " Noor \r\n\r\nSem") == ["Noor", "Sem"]
    assert typed(of(str), "  Dag \r\n") == "Dag"
    assert typed(of(int | None), "  ") is None
    assert typed(of(Literal["a", "b"]), '"c"') == '"c"', "what is no option stays unread, and is refused"
    with pytest.raises(ValueError, match="Expecting"):
        typed(of(dict[str, int]), "{")
