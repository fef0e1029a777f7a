"""Hooks that still work but are about to go, with what to use instead. Empty is good."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deprecation:
    """`since` and `goes_with` are API versions ("1.1", "2"); `instead` is a sentence for the plugin's author."""

    since: str
    goes_with: str
    instead: str


DEPRECATED: Mapping[str, Deprecation] = {}
"""By the hook's name. A hook stays here for at least one minor version before it goes."""
