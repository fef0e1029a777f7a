"""The public lists of keys: a file a version, written once and never changed, beside the pages and not in the database.

::

    <home>/public-keys/<tenant id>/<version>.json       the list, signed by the organisation's key
    <home>/public-keys/<tenant id>/<version>.from-<t>   one whose key the last one did not sign: it counts from second t
    <home>/public-keys/<tenant id>/demo-roots           keys whose pass phrases lie nearby: production refuses these

Several machines share the folder. A version is linked into place, so that of two at once one fails, and nobody ever
reads half a file.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from core.configuration import Configuration
from core.crypto.sealing import KeysDocument
from core.crypto.sealing.encoding import to_text
from core.crypto.sealing.trust import WAIT
from core.keys.refused import KeysRefused

_WAITING = re.compile(r"([1-9]\d{0,8})\.from-(\d{1,11})")
_VERSION = re.compile(r"([1-9]\d{0,8})\.json")
_DEMO = "demo-roots"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A list that does not count yet: its version, and from when (in seconds) it does."""

    version: int
    counts_from: int
    path: Path


@dataclass(frozen=True, slots=True)
class PublicLists:
    """The lists of all organisations of an installation. `demo`: whether keys of demo organisations are believed."""

    folder: Path
    demo: bool

    @classmethod
    def of(cls, configuration: Configuration) -> "PublicLists":
        """Those of an installation."""
        return cls(configuration.home / "public-keys", configuration.environment != "production")

    def newest(self, tenant: UUID, now: int) -> int | None:
        """The number of the version that counts; None: the organisation has no key, or one that may not be here."""
        versions = self._versions(tenant)
        newest = max(versions, default=0)
        waiting = self.waiting(tenant)
        if waiting and waiting.version == newest + 1 and waiting.counts_from <= now:
            _link(waiting.path, self._path(tenant, waiting.version))
            newest += 1
        return newest if newest and not self._is_refused(tenant, newest) else None

    def is_barred(self, tenant: UUID) -> bool:
        """Whether lists lie here that may not count: those of a demo organisation, in production."""
        versions = self._versions(tenant)
        return bool(versions) and self._is_refused(tenant, max(versions))

    def text(self, tenant: UUID, version: int) -> bytes | None:
        """A version as it lies there, or None."""
        try:
            return self._path(tenant, version).read_bytes()
        except FileNotFoundError:
            return None

    def read(self, tenant: UUID, now: int) -> KeysDocument | None:
        """The list that counts, in itself checked. Raises SealingRefused for one that somebody spoilt."""
        version = self.newest(tenant, now)
        text = self.text(tenant, version) if version else None
        return KeysDocument.read(text, tenant) if text is not None else None

    def history(self, tenant: UUID) -> Iterator[bytes]:
        """Every version, from the first on."""
        for version in sorted(self._versions(tenant)):
            yield self._path(tenant, version).read_bytes()

    def waiting(self, tenant: UUID) -> Waiting | None:
        """The list that does not count yet, if there is one that still can."""
        newest = max(self._versions(tenant), default=0)
        for name in self._names(tenant):
            match = _WAITING.fullmatch(name)
            if match and int(match[1]) == newest + 1:
                return Waiting(int(match[1]), int(match[2]), self._folder(tenant) / name)
        return None

    def publish(self, document: KeysDocument) -> None:
        """Write the next version. Raises KeysRefused ("list_taken") when another one has its number already.

        The same one a second time is no mistake: the first time's transaction may have failed after it.
        """
        self._refuse_demo(document)
        if not self._put(document, self._path(document.tenant, document.version)):
            raise KeysRefused("list_taken")

    def let_wait(self, document: KeysDocument, now: int) -> Waiting:
        """Keep a list with a key that nobody signed; 24 hours later it counts, unless it is withdrawn before."""
        self._refuse_demo(document)
        if self.waiting(document.tenant) is not None:
            raise KeysRefused("list_taken")
        path = self._folder(document.tenant) / f"{document.version}.from-{now + WAIT}"
        self._put(document, path)
        return Waiting(document.version, now + WAIT, path)

    def withdraw(self, tenant: UUID) -> None:
        """Take away the list that waits. Raises KeysRefused ("nothing_waits")."""
        waiting = self.waiting(tenant)
        if waiting is None:
            raise KeysRefused("nothing_waits")
        waiting.path.unlink(missing_ok=True)

    def mark_demo(self, tenant: UUID, root: bytes) -> None:
        """Write down, before it is published, that the pass phrases of this key lie beside it."""
        folder = self._folder(tenant)
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        with (folder / _DEMO).open("a", encoding="ascii") as file:
            file.write(f"{to_text(root)}\n")

    def demo_roots(self, tenant: UUID) -> frozenset[str]:
        """The keys of this organisation that a demo set-up made, as text."""
        try:
            return frozenset((self._folder(tenant) / _DEMO).read_text("ascii").split())
        except FileNotFoundError:
            return frozenset()

    def is_demo(self, document: KeysDocument) -> bool:
        """Whether its key, or one that led to it, is a demo set-up's."""
        roots = {document.root, *(succession.old for succession in document.successions)}
        return not self.demo_roots(document.tenant).isdisjoint(to_text(root) for root in roots)

    def _is_refused(self, tenant: UUID, version: int) -> bool:
        text = None if self.demo or not self.demo_roots(tenant) else self.text(tenant, version)
        return text is not None and self.is_demo(KeysDocument.read(text, tenant))

    def _refuse_demo(self, document: KeysDocument) -> None:
        if not self.demo and self.is_demo(document):
            raise KeysRefused("demo_root")

    def _put(self, document: KeysDocument, path: Path) -> bool:
        """Whether the file is there now with this very content."""
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        content, draft = document.to_json().encode("utf-8"), path.with_name(f".{uuid4().hex}")
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            return _link(draft, path) or path.read_bytes() == content
        finally:
            draft.unlink()

    def _versions(self, tenant: UUID) -> list[int]:
        return [int(match[1]) for name in self._names(tenant) if (match := _VERSION.fullmatch(name))]

    def _names(self, tenant: UUID) -> list[str]:
        try:
            return sorted(path.name for path in self._folder(tenant).iterdir())
        except FileNotFoundError:
            return []

    def _path(self, tenant: UUID, version: int) -> Path:
        return self._folder(tenant) / f"{version}.json"

    def _folder(self, tenant: UUID) -> Path:
        return self.folder / str(tenant)


def _link(source: Path, target: Path) -> bool:
    """Whether it was put into place; False where there is something already."""
    try:
        target.hardlink_to(source)
    except FileExistsError:
        return False
    return True
