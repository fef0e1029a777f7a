"""All that somebody could read who has every file of an installation: for the proof that forgetting is real (P5)."""

import base64
import binascii
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.cli.backup import backup_desk
from core.installation import Installation
from core.privacy.backing_up import BackedUp
from core.testing.postgresql import PostgresFiles
from core.worker.worker import Worker


@dataclass
class Leftovers:
    """Looks at an installation from outside. Copies of backups count as well, wherever they lie."""

    installation: Installation
    copies: list[Path] = field(default_factory=list)
    _postgres: PostgresFiles | None = None

    def __post_init__(self) -> None:
        if self.installation.engine.dialect.name == "postgresql":
            self._postgres = PostgresFiles(str(self.installation.engine.url.database))

    def back_up(self, path: Path) -> BackedUp:
        """Makes a backup, and remembers that it is there."""
        ids = [tenant.id for tenant in self.installation.directory.all()]
        done = backup_desk(self.installation).back_up(path, ids, self.installation.clock())
        self.copies.append(path)
        return done

    def forget(self) -> int:
        """Lets the worker do a round; gives how many rows went."""
        self.installation.directory.refresh()
        return Worker(self.installation).round()

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every file of the installation and of its database, log included; the key ring apart."""
        home, url = self.installation.configuration.home, self.installation.engine.url
        for path in sorted(home.rglob("*")):
            if path.is_file() and home / "keys" not in path.parents and path.suffix != ".backup":
                yield str(path.relative_to(home)), path.read_bytes()
        if self._postgres is not None:
            yield from self._postgres.read()
        else:
            database = Path(str(url.database))
            for path in database.parent.glob(f"{database.name}*"):
                yield path.name, path.read_bytes()

    def backups(self) -> Iterator[tuple[str, bytes]]:
        """What stands in every backup that there is, opened up: members, and values that were bytes."""
        own = self.installation.configuration.backups.glob("*.backup")
        for path in {*own, *(copy for copy in self.copies if copy.exists())}:
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    content = archive.read(name)
                    yield f"{path.name}: {name}", content + b"".join(_bytes_in(name, content))

    def rows(self, table: str) -> Iterator[list[Any]]:
        """Rows of a table in every backup."""
        for name, content in self.backups():
            if name.endswith(f"tables/{table}.jsonl"):
                lines = content.split(b"\n")
                yield from (json.loads(line) for line in lines if line.startswith(b"["))

    def hits(self, canary: bytes) -> list[str]:
        """Where a canary stands, as it is."""
        return [name for name, content in (*self.files(), *self.backups()) if canary in content]

    def close(self) -> None:
        """Ends the connection to PostgreSQL, where there is one."""
        if self._postgres is not None:
            self._postgres.close()


def _bytes_in(name: str, content: bytes) -> Iterator[bytes]:
    if name.endswith(".jsonl"):
        for line in content.splitlines():
            for value in json.loads(line):
                if isinstance(value, str):
                    try:
                        yield base64.b64decode(value, validate=True)
                    except binascii.Error:
                        continue


@contextmanager
def leftovers_of(installation: Installation) -> Iterator[Leftovers]:
    """A look from outside, which ends with its connections."""
    look = Leftovers(installation)
    try:
        yield look
    finally:
        look.close()
