"""What plugins hand to a screen of the core, or say when they are asked whether something may be."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class StartAction:
    """The big button of a site's first page: what it says, one honest line of state, and where it leads."""

    label: str
    note: str
    url: str
    order: int = 100


@dataclass(frozen=True, slots=True)
class HomeBlock:
    """A block of a site's first page, below the big button. HTML without scripts and styles of its own."""

    html: Markup
    order: int = 100


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a screen of staff, under its own heading. `key` starts with `<plugin>.`; HTML without scripts."""

    key: str
    title: str
    html: Markup
    order: int = 100


@dataclass(frozen=True, slots=True)
class Badge:
    """A short mark beside a link in the navigation ("3"), and what it means in words ("3 people wait")."""

    text: str
    title: str


@dataclass(frozen=True, slots=True)
class FooterLink:
    """A link at the foot of every page of a site. `url` leads to a page of the same site."""

    label: str
    url: str
    order: int = 100


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not be now: a text's key and English sentence, kind and without blame.

    `values` go into the sentence's places: `{"until": "16.20 uur"}`.
    """

    key: str
    sentence: str
    values: Mapping[str, str] = field(default_factory=dict)
