"""An organisation as every process holds it in memory: one immutable snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from core.tenancy.markup import render

Kind = Literal["organisation", "network", "circle"]
State = Literal["draft", "live", "suspended"]


@dataclass(frozen=True, slots=True)
class Phone:
    """The number to call, as people write it, and one line about it ("dag en nacht, gratis")."""

    number: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Brand:
    """How an organisation looks: tokens for light and dark (name without prefix → CSS value), logo, illustration set.

    `hash` changes with any of them, so addresses that carry it may be kept for ever.
    """

    tokens: Mapping[str, str]
    tokens_dark: Mapping[str, str]
    logo_svg: str | None
    illustration: str
    hash: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page to read, in one language; `body` is Markdown."""

    slug: str
    language: str
    title: str
    summary: str
    order: int
    body: str

    @property
    def html(self) -> str:
        """The body as cleaned HTML: safe to show as it is."""
        return render(self.body)


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation (or a circle, or the network itself, whose staff are the network admins).

    `languages`: the first is the default. `texts`: language → key → own text. `settings`: plugin → name → the
    value that holds, inherited and default ones included, secret ones not. `site_hosts`: the first is the one to link
    to; empty for a tenant without a site.
    """

    id: UUID
    slug: str
    kind: Kind
    name: str
    state: State
    demo: bool
    parent_id: UUID | None
    languages: tuple[str, ...]
    country: str
    phone: Phone | None
    emergency: str
    operator: str
    brand: Brand
    plugins: frozenset[str]
    texts: Mapping[str, Mapping[str, str]]
    settings: Mapping[str, Mapping[str, Any]]
    pages: tuple[Page, ...]
    site_hosts: tuple[str, ...]
    workplace_host: str
    leave_url: str | None
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """All facts as stored, by key, for the console and the export."""

    def page(self, slug: str, language: str) -> Page | None:
        """Return a page in this language, or else in the organisation's default language; None when there is none."""
        found = {page.language: page for page in self.pages if page.slug == slug}
        return found.get(language) or found.get(self.languages[0])

    def pages_in(self, language: str) -> tuple[Page, ...]:
        """Return all pages in order, each in this language where it exists, and in the default language otherwise."""
        slugs = dict.fromkeys(page.slug for page in self.pages)
        return tuple(page for slug in slugs if (page := self.page(slug, language)))
