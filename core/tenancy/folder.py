"""Reads `tenants/`: a folder per organisation, data without code. The folder's name is the organisation's slug.

::

    tenants/luisterboom/
      tenant.toml            who it is
      tokens.toml            how it looks (a region without one takes its parent's)
      logo.svg               its logo (a region without one takes its parent's); reduced to drawing elements
      content/nl/<page>.md   pages to read, per language
      locale/nl.toml         texts of its own: "chat.waiting.title" = "Even geduld"

`tenant.toml`, all that it may say (name, languages and operator must be there)::

    name = "Luisterboom"
    languages = ["nl", "en"]          # the first is the default
    operator = "Stichting Luisterboom (verzonnen)"   # who runs it
    state = "live"                    # draft (the default: only the workplace answers), live, suspended
    demo = true                       # fictional, and says so in its footer; default false
    parent = "thuisanker"             # the portal that it is a region of; default none
    country = "NL"                    # NL (default) or BE
    emergency = "112"                 # default 112
    leave_url = "https://…"           # where "leave at once" goes; default the network's neutral page
    plugins = ["chat"]                # switched on, unless the organisation itself switched it off

    [phone]                           # default: no phone
    number = "0800 0432"
    note = "elke dag van 11 tot 21 uur, gratis"

    [hosts]                           # own domains, beside <slug>.<network domain> and <slug>-werk.<network domain>
    site = ["www.luisterboom.example"]
    workplace = "werk.luisterboom.example"

    [brand]
    illustration = "leaf"             # the illustration set

    [plugin.chat]                     # settings as the plugin declares them
    ask_age = true

    [lock.chat]                       # "below": regions cannot change it; "here": nor can it itself, only the network
    ask_age = "below"

    [keep.chat]                       # how long things stay, where it is shorter than the default
    ended = "5 minutes"               # `luwte limits list` shows what may be chosen

`tokens.toml` has `[light]` and `[dark]`: token name → CSS value ("accent" = "#2a7a3a", radius = "1.5rem", heading-font
= "…"); dark takes from light what it does not say. Colours that carry text are checked for contrast
(core/tenancy/contrast.py).

A page begins with its front matter between two lines `---`, one `key: value` a line, then Markdown::

    ---
    title: Wat is mishandeling?
    summary: Hoe je het herkent, en wat je kunt doen.
    order: 10
    ---
    ## Het is niet jouw schuld
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import LuwteError
from core.tenancy.contrast import check_contrast
from core.tenancy.folder_content import read_pages, read_texts
from core.tenancy.folder_schema import TenantFile, TokensFile, validate
from core.tenancy.hosts import RESERVED_SLUGS, WORKPLACE_SUFFIX
from core.tenancy.markup import reduce_svg

_SLUG_LENGTH = 31


@dataclass(frozen=True, slots=True)
class TenantFolder:
    """What one folder says: facts by key, pages by (language, slug), plugins to switch on, their unchecked settings."""

    slug: str
    values: Mapping[str, Any]
    pages: Mapping[tuple[str, str], Mapping[str, Any]]
    plugins: tuple[str, ...]
    settings: Mapping[str, Mapping[str, Any]]

    @property
    def parent(self) -> str | None:
        """The slug of the portal that this organisation is a region of."""
        return self.values.get("parent")


def read_tenants(folder: Path) -> list[TenantFolder]:
    """Read every organisation in a folder, parents before their regions.

    Raises LuwteError with one sentence that names file, key, what is wrong and what to do.
    """
    if not folder.is_dir():
        raise LuwteError(f"There is no folder {folder}: make it, or mend luwte.tenants_folder in the ini file.")
    found = [
        read_tenant(path) for path in sorted(folder.iterdir()) if path.is_dir() and not path.name.startswith((".", "_"))
    ]
    slugs = {tenant.slug: tenant for tenant in found}
    for tenant in found:
        _check_parent(tenant, slugs)
    return sorted(found, key=lambda tenant: tenant.parent is not None)


def read_tenant(folder: Path) -> TenantFolder:
    """Read one organisation's folder. Raises LuwteError as `read_tenants` does."""
    _check_slug(folder)
    facts = validate(TenantFile, read_toml(folder / "tenant.toml"), _shown(folder / "tenant.toml"))
    values = facts.values() | _tokens(folder / "tokens.toml") | _logo(folder / "logo.svg")
    values |= read_texts(folder / "locale", facts.languages)
    pages = read_pages(folder / "content", facts.languages)
    return TenantFolder(folder.name, values, pages, facts.plugins, facts.plugin)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file. Raises LuwteError when it is missing or no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LuwteError(
            f"{_shown(path)} is missing: every organisation needs one; see core/tenancy/folder.py."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LuwteError(f"{_shown(path)} cannot be read as TOML: {error}. Mend that line.") from None


def _tokens(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    tokens = validate(TokensFile, read_toml(path), _shown(path))
    check_contrast(tokens.light, {**tokens.light, **tokens.dark}, _shown(path))
    light = {f"light.{name}": value for name, value in tokens.light.items()}
    return light | {f"dark.{name}": value for name, value in tokens.dark.items()}


def _logo(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    return {"brand.logo": reduce_svg(path.read_bytes(), _shown(path))}


def _check_slug(folder: Path) -> None:
    name = folder.name
    plain = name.isascii() and name.replace("-", "").isalnum() and name == name.lower() and name[0].isalpha()
    if not plain or len(name) > _SLUG_LENGTH or name.endswith(("-", WORKPLACE_SUFFIX)) or name in RESERVED_SLUGS:
        raise LuwteError(
            f"The folder {_shown(folder)} cannot be an organisation's name: use small letters, digits and dashes, at "
            f"most {_SLUG_LENGTH}, not ending in {WORKPLACE_SUFFIX}, and none of {', '.join(sorted(RESERVED_SLUGS))}."
        )


def _check_parent(tenant: TenantFolder, slugs: Mapping[str, TenantFolder]) -> None:
    file = f"tenants/{tenant.slug}/tenant.toml"
    if tenant.parent is None:
        return
    parent = slugs.get(tenant.parent)
    if parent is None or parent is tenant:
        raise LuwteError(
            f"{file}: parent names {tenant.parent!r}, which is no other folder in tenants/: mend or remove it."
        )
    if parent.parent is not None:
        raise LuwteError(
            f"{file}: parent names {tenant.parent!r}, which is a region itself: name its portal {parent.parent!r}."
        )


def _shown(path: Path) -> str:
    """Name a file from the folder `tenants` on: short, and the same on every machine."""
    parts = path.parts
    start = len(parts) - 1 - parts[::-1].index("tenants") if "tenants" in parts else max(len(parts) - 3, 0)
    return "/".join(parts[start:])
