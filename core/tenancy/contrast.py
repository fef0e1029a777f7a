"""Contrast of brand tokens by WCAG 2.2: text 4.5 to 1, what must only be seen 3 to 1."""

import re
from collections.abc import Iterator, Mapping

from core.errors import LuwteError

TEXT = 4.5
SHAPE = 3.0

PAIRS: tuple[tuple[str, str, float], ...] = (
    ("ink", "page", TEXT),
    ("ink", "surface", TEXT),
    ("ink", "tint", TEXT),
    ("ink", "second-tint", TEXT),
    ("quiet", "page", TEXT),
    ("quiet", "surface", TEXT),
    ("quiet", "tint", TEXT),
    ("link", "page", TEXT),
    ("link", "surface", TEXT),
    ("accent-strong", "surface", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("on-second", "second", TEXT),
    ("on-danger", "danger", TEXT),
    ("danger-ink", "danger-tint", TEXT),
    ("danger-ink", "page", TEXT),
    ("danger-ink", "surface", TEXT),
    ("head-ink", "head", TEXT),
    ("hero-ink", "hero", TEXT),
    ("foot-ink", "foot", TEXT),
    ("on-start", "start", TEXT),
    ("edge", "page", SHAPE),
    ("edge", "surface", SHAPE),
    ("focus", "page", SHAPE),
    ("focus", "surface", SHAPE),
)
"""Foreground, background, least ratio: every pair that the house's own styles put on top of each other."""

_SHORT = re.compile(r"#[0-9a-fA-F]{3}")
_LONG = re.compile(r"#[0-9a-fA-F]{6}")


def ratio(one: str, other: str) -> float:
    """Return the contrast of two colours (#rgb or #rrggbb), from 1 to 21. Raises ValueError for another notation."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def check_contrast(light: Mapping[str, str], dark: Mapping[str, str], file: str) -> None:
    """Raise LuwteError with one sentence on the first pair that reads badly, is missing, or is no colour."""
    for mode, tokens in (("light", light), ("dark", dark)):
        for fault in faults(tokens):
            raise LuwteError(f"{file}: in [{mode}] {fault}.")


def faults(tokens: Mapping[str, str]) -> Iterator[str]:
    """Tell what is wrong with the colours of one mode, pair by pair."""
    for front, back, least in PAIRS:
        for name in (front, back):
            if name not in tokens:
                yield f"the token {name} is missing: add it"
                return
            if not (_SHORT.fullmatch(tokens[name]) or _LONG.fullmatch(tokens[name])):
                yield f"the token {name} should be a colour such as #2a7a3a: mend it"
                return
        found = ratio(tokens[front], tokens[back])
        if found < least:
            yield f"{front} on {back} has a contrast of {found:.2f}, needs {least} at least: make one darker or lighter"


def _luminance(colour: str) -> float:
    if _SHORT.fullmatch(colour):
        colour = "#" + "".join(digit * 2 for digit in colour[1:])
    if not _LONG.fullmatch(colour):
        raise ValueError(f"not a colour: {colour}")
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
