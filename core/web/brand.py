"""A brand as a stylesheet: an organisation's tokens become custom properties, light and dark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.crypto.tokens import fingerprint
from core.errors import LuwteError
from core.tenancy.tenant import Tenant

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_VALUE = re.compile(r"[#\w\s.,%()'+*/-]+")
_COMPONENT_PREFIX = "utrecht-"


@dataclass(frozen=True, slots=True)
class BrandFiles:
    """What a browser fetches of a brand: CSS text, SVG logo if there is one, and the hash that names both."""

    stylesheet: str
    logo: str | None
    hash: str

    @property
    def stylesheet_url(self) -> str:
        """The stylesheet's address on any host of the organisation."""
        return f"/brand/{self.hash}.css"

    @property
    def logo_url(self) -> str | None:
        """The logo's address, or None for a brand without one."""
        return f"/brand/{self.hash}/logo.svg" if self.logo else None


def brand_of(tenant: Tenant) -> BrandFiles:
    """Return an organisation's brand as files."""
    css = stylesheet(tenant.brand.tokens, tenant.brand.tokens_dark)
    return BrandFiles(css, tenant.brand.logo_svg, fingerprint(f"{css}\0{tenant.brand.logo_svg}".encode())[:20])


def stylesheet(tokens: Mapping[str, str], tokens_dark: Mapping[str, str]) -> str:
    """Return the CSS text of a brand.

    A token such as "accent" becomes ``--luwte-accent``, which core's base.css hands on to the parts of the design
    system; one that starts with "utrecht-" sets that part directly. Raises LuwteError for a name or value that could
    say more than a token may.
    """
    return (
        f":root{{color-scheme:light dark;{_declarations(tokens)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{_declarations(tokens_dark)}}}}}\n"
    )


def _declarations(tokens: Mapping[str, str]) -> str:
    return "".join(f"{_property(name)}:{_value(name, value)};" for name, value in tokens.items())


def _property(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise LuwteError(
            f"The brand token {name!r} has a name that is not allowed; use small letters, digits and dashes."
        )
    return f"--{name}" if name.startswith(_COMPONENT_PREFIX) else f"--luwte-{name}"


def _value(name: str, value: str) -> str:
    """A token is a colour, a length or a font list: never an address, never the end of its own declaration."""
    if not _VALUE.fullmatch(value) or "url(" in value.lower():
        raise LuwteError(f"The brand token {name!r} has a value that is not allowed: {value!r}.")
    return value
