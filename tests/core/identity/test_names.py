"""A sign-in name is the same name however it is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.identity.names import canonical_name


@pytest.mark.parametrize("typed", ["noor", " Noor ", "NOOR", "Ｎｏｏｒ"])
def test_capitals_spaces_and_wide_letters_do_not_matter(typed: str) -> None:
    assert canonical_name(typed) == "noor"


def test_two_spellings_of_an_accent_are_one_name() -> None:
    assert canonical_name("Rene\u0301") == canonical_name("ren\u00e9")


@given(st.text(max_size=40))
def test_a_canonical_name_stays_as_it_is(name: str) -> None:
    once = canonical_name(name)
    assert canonical_name(once) == once
