"""What a page or a program remembers of an organisation's lists of keys, so that nobody can lead it back or astray."""

from dataclasses import dataclass
from typing import Self

from core.crypto.sealing.keys_document import KeysDocument
from core.crypto.sealing.refusals import SealingRefused

WAIT = 24 * 3600
"""Seconds that an unsigned new key of an organisation waits, counted from when it was first seen here."""


@dataclass(frozen=True, slots=True)
class Trust:
    """The last list that was believed: its version, its digest, and the organisation's key in it."""

    version: int
    digest: bytes
    root: bytes

    @classmethod
    def first(cls, document: KeysDocument) -> Self:
        """Believe the first list seen here: what a fingerprint compared by hand makes certain."""
        return cls(document.version, document.digest, document.root)

    def follow(self, document: KeysDocument, now: int, first_seen: int | None = None) -> Self:
        """The trust in the same list or in the very next one. Raises SealingRefused.

        `first_seen` is when a key that its predecessor did not sign ("ghost_root") was first seen here; 24 hours later,
        all staff having been told, it counts.
        """
        if document.version < self.version:
            raise SealingRefused("rolled_back")
        if document.version > self.version + 1:
            raise SealingRefused("version_gap")
        if (document.digest if document.version == self.version else document.previous) != self.digest:
            raise SealingRefused("forked")
        if not self._leads_to(document):
            _check_waited(now, first_seen)
        return type(self)(document.version, document.digest, document.root)

    def _leads_to(self, document: KeysDocument) -> bool:
        """`read` has checked that the successions are signed, follow on each other, and end at the document's key."""
        return document.root == self.root or any(succession.old == self.root for succession in document.successions)


def _check_waited(now: int, first_seen: int | None) -> None:
    if first_seen is None:
        raise SealingRefused("ghost_root")
    if now - first_seen < WAIT:
        raise SealingRefused("root_waits")
