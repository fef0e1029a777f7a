"""Contrast by WCAG, against values that anyone can look up."""

import tomllib
from pathlib import Path

import pytest

from core.tenancy.contrast import PAIRS, faults, ratio

TENANTS = Path(__file__).resolve().parents[3] / "tenants"


@pytest.mark.parametrize(
    "one,other,expected",
    [("#000000", "#ffffff", 21), ("#fff", "#fff", 1), ("#777777", "#ffffff", 4.48), ("#767676", "#fff", 4.54)],
)
def test_ratio(one: str, other: str, expected: float) -> None:
    assert ratio(one, other) == pytest.approx(expected, abs=0.005)
    assert ratio(one, other) == ratio(other, one)


@pytest.mark.parametrize("colour", ["red", "#12345", "rgb(0,0,0)", ""])
def test_other_notations_are_refused(colour: str) -> None:
    with pytest.raises(ValueError, match="not a colour"):
        ratio(colour, "#ffffff")


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0]} on {pair[1]}")
def test_each_pair_is_watched(pair: tuple[str, str, float]) -> None:
    tokens = tomllib.loads((TENANTS / "luisterboom" / "tokens.toml").read_text())["light"]
    assert list(faults(tokens)) == []
    front, back, _ = pair
    assert any(f"{front} on {back}" in fault for fault in faults(tokens | {front: tokens[back]}))
