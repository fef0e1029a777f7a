"""One spelling of a sign-in name, whatever keyboard it was typed on."""

import unicodedata

MAX_NAME = 64
MAX_PASSWORD = 1024
MIN_PASSWORD = 12


def canonical_name(name: str) -> str:
    """The name without spaces around it, in small letters, with one spelling of accents."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).strip().casefold())
