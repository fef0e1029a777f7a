"""What a plugin shows and who may see it: routes, permissions, links in the navigation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Place = Literal["site", "workplace", "console", "neutral"]
"""The kinds of host: an organisation's public site, its staff's workplace, the network's console, the neutral page."""

View = Callable[[Any], Any]
"""Takes the request; returns a mapping for the template, or a whole response."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address with its one view. Exactly one of `permission` and `public` says who may ask for it.

    `path` is a Pyramid pattern; a part in braces is an id, and `plugins.<name>.examples` (for core rooms:
    `core.testing.examples`) must have a factory of that name, so that isolation can be proved.
    `private` answers are never stored by a browser; `neutral` pages show neither name nor icon of the organisation.
    For the core only: no `places` means every host, even one that is nobody's; `when_closed` routes answer on the site
    of a suspended organisation too, whose page says that it is closed.
    """

    name: str
    path: str
    view: View
    places: tuple[Place, ...] = ("site",)
    methods: tuple[str, ...] = ("GET",)
    permission: str | None = None
    public: bool = False
    template: str | None = None
    private: bool = True
    neutral: bool = False
    csrf: bool = True
    when_closed: bool = False


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that staff may do, with the roles that may do it. The name starts with `<plugin>.`."""

    name: str
    roles: frozenset[str]
    description: str


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A link in the navigation of a place. `label_key` and `label` are a text's key and English source."""

    route: str
    label_key: str
    label: str
    place: Place = "workplace"
    permission: str | None = None
    order: int = 100
