"""Making a backup: every row and file that should outlive a broken disk, and nothing that should be forgotten first.

Left out are the key ring (with it a backup would open itself), the search index (made anew), and what lives for less
than a day: streams and what belongs to them, sessions, failed sign-ins, leases of jobs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from core.audit.record import OPERATOR, record
from core.database.dump import Reader, reading
from core.database.migration import MigrationSource
from core.hookspecs.values import Retention
from core.privacy.archive import Writer, write_archive
from core.privacy.retention import short_lived
from core.privacy.root_key import BACKUP_MADE
from core.tenancy.session import tenant_session

FOLDERS = ("uploads", "public-keys")
"""Folders under `luwte.home` whose files go along: what people gave to plugins, and published lists of keys."""
NEVER = frozenset({"revision", "job_lease", "stream", "stream_entry"})
"""Tables of the core that are left out, besides those of what stays for less than a day."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What went into a backup."""

    tables: int
    rows: int
    files: int


@dataclass(frozen=True, slots=True)
class BackupDesk:
    """Where backups are made. `home` is the folder of the installation's state."""

    engine: Engine
    home: Path
    sources: Sequence[MigrationSource]
    rules: Sequence[Retention]
    who: UUID = OPERATOR

    def back_up(self, path: Path, tenant_ids: Sequence[UUID], now: datetime) -> BackedUp:
        """Write a backup of this moment while everybody goes on; each organisation's record says so first.

        Raises LuwteError where the file is there already or cannot be written; there is a whole backup, or none.
        """
        for tenant_id in tenant_ids:
            with tenant_session(self.engine, tenant_id) as session, session.begin():
                record(session, self.who, BACKUP_MADE, f"backup:{now:%Y%m%d-%H%M%S}", at=now)
        done: list[BackedUp] = []

        def fill(writer: Writer) -> dict[str, Any]:
            with reading(self.engine) as reader:
                tables = list(self._tables(reader, writer))
                versions = reader.versions(self.sources)
            # Files last: each file that a row names is there, unless it was deleted since.
            files = sum(writer.file(folder, path) for folder, path in self._files())
            done.append(BackedUp(len(tables), sum(table["rows"] for table in tables), files))
            kind = self.engine.dialect.name
            return {"made_at": now.isoformat(), "database": kind, "versions": versions, "tables": tables}

        write_archive(path, fill)
        return done[0]

    def _tables(self, reader: Reader, writer: Writer) -> Iterator[dict[str, Any]]:
        for name in reader.tables(NEVER | short_lived(self.rules)):
            yield {"name": name, "columns": reader.columns(name), "rows": writer.table(name, reader.rows(name))}

    def _files(self) -> Iterator[tuple[Path, Path]]:
        for name in FOLDERS:
            folder = self.home / name
            for path in sorted(folder.rglob("*")):
                if path.is_file() and not path.is_symlink():
                    yield folder, path
