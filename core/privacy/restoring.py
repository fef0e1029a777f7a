"""Putting a backup into an empty installation. Nobody sees anything of it before what is past its time is forgotten.

On SQLite it becomes a file beside the database's, which takes its place when all is done. On PostgreSQL the application
cannot read which organisations there are until then. What was sealed under keys of days gone by stays shut: the key
ring is in no backup.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from core.audit.record import OPERATOR, record
from core.clock import Clock
from core.crypto.at_rest import NotOpened, RootKeys
from core.crypto.keyring import KeyRing
from core.crypto.tokens import new_token
from core.database.dump import alone, loading, reading, show
from core.database.engine import make_engine
from core.database.migration import MigrationSource, migrate
from core.database.sweeping import sweep
from core.errors import LuwteError
from core.hookspecs.values import Retention
from core.privacy.archive import Archive, open_archive
from core.privacy.backing_up import FOLDERS
from core.privacy.limits import limit_of
from core.tenancy.directory import Directory
from core.tenancy.models import SealingKey
from core.tenancy.revision import bump_revision
from core.tenancy.session import network_session, tenant_session
from core.tenancy.tenant import Tenant

_ROUNDS = 1000
"""How often a rule is applied at most: one that goes in steps is done by then."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came out of a backup, and what of it did not stay."""

    tenants: tuple[str, ...]
    rows: int
    files: int
    forgotten: int
    """Rows that had passed their time while they lay in the backup."""
    shut: int
    """Keys of organisations that do not open, because their root key is not in the ring."""


@dataclass(frozen=True, slots=True)
class RestoreDesk:
    """An installation that a backup may go into.

    `database_owner`: the address of who migrates; on SQLite that of the database. `app_role`: the application's role on
    PostgreSQL. `directory` makes one that reads organisations from an engine, `listening` an engine whose sessions can
    tell events.
    """

    database_owner: str
    app_role: str | None
    home: Path
    keys: KeyRing
    clock: Clock
    sources: Sequence[MigrationSource]
    rules: Sequence[Retention]
    directory: Callable[[Engine], Directory]
    listening: Callable[[Engine, Directory], Engine]
    who: UUID = OPERATOR

    def restore(self, path: Path) -> Restored:
        """Put a backup into this installation; should it break off in the middle, nobody sees any of it.

        Raises LuwteError, with nothing changed, for a file or an installation that is not fit for it.
        """
        with open_archive(path) as archive:
            self._check_versions(path, archive.manifest)
            self._check_folders()
            target = make_engine(self.database_owner)
            try:
                _check_empty(target)
                return self._into_file(archive, target) if _is_file(target) else self._into(archive, target)
            finally:
                target.dispose()

    def _into_file(self, archive: Archive, target: Engine) -> Restored:
        """Make a database beside the empty one, and put it in its place."""
        if not alone(target):
            raise LuwteError("Another program has the database open: stop Luwte first. Nothing was changed.")
        target.dispose()
        place = Path(str(target.url.database))
        draft = place.with_name(f".{place.name}.{new_token()[:8]}.restoring")
        engine = make_engine(f"sqlite:///{draft}")
        try:
            done = self._into(archive, engine)
            sweep(engine)
            engine.dispose()
            for stale in (f"{place}-wal", f"{place}-shm"):
                Path(stale).unlink(missing_ok=True)
            draft.chmod(0o600)
            draft.replace(place)
        finally:
            engine.dispose()
            for left in place.parent.glob(f"{draft.name}*"):
                left.unlink()
        return done

    def _into(self, archive: Archive, engine: Engine) -> Restored:
        tables: list[dict[str, Any]] = [it for it in archive.manifest["tables"] if it["rows"]]
        names = {source.name for source in self.sources}
        # Of a plugin that was removed the empty tables alone are left.
        versions = {name: at for name, at in archive.manifest["versions"].items() if name in names}
        migrate(engine, self.sources, self.app_role, until=versions)
        self._check_reached(engine, versions)
        hidden_from = None if _is_file(engine) else self.app_role
        try:
            with loading(engine, hidden_from) as loader:
                rows = sum(loader.load(it["name"], it["columns"], archive.table(it["name"])) for it in tables)
        except DBAPIError as error:
            raise LuwteError(
                f"The database refused rows of the backup ({type(error.orig).__name__}), so nothing was changed: is it "
                "really empty?"
            ) from None
        migrate(engine, self.sources, self.app_role)
        directory = self.directory(engine)
        forgotten = self._forget(engine, directory)
        shut = sum(self._shut(engine, tenant) for tenant in directory.all())
        files = self._unpack(archive)
        self._tell(engine, directory.all(), str(archive.manifest["made_at"]))
        if hidden_from:
            show(engine, hidden_from)
        return Restored(tuple(tenant.slug for tenant in directory.all()), rows, files, forgotten, shut)

    def _check_versions(self, path: Path, manifest: Mapping[str, Any]) -> None:
        known = {source.name: source.scripts() for source in self.sources}
        filled = [table["name"] for table in manifest["tables"] if table["rows"]]
        for name, version in manifest["versions"].items():
            if name not in known and any(table.startswith(f"{name}_") for table in filled):
                raise LuwteError(
                    f"{path} holds data of the plugin {name}, which is not installed here: install it first, then "
                    "restore. Nothing was changed."
                )
            if name in known and version not in known[name]:
                raise LuwteError(
                    f"{path} was made by a newer {name} (it is at {version}): install that version first, then "
                    "restore. Nothing was changed."
                )

    def _check_reached(self, engine: Engine, versions: Mapping[str, str]) -> None:
        with reading(engine) as reader:
            now = reader.versions(self.sources)
        if any(now.get(name) != version for name, version in versions.items()):
            raise LuwteError(
                "This database was brought to a newer version than the backup's already: make a new, empty one and "
                "restore into that. Luwte brings it up to date by itself."
            )

    def _check_folders(self) -> None:
        for name in FOLDERS:
            folder = self.home / name
            if folder.exists() and any(folder.iterdir()):
                raise LuwteError(
                    f"{folder} is not empty: a backup goes into an empty installation only. Name another folder in "
                    "luwte.home, or move it away. Nothing was changed."
                )

    def _forget(self, engine: Engine, directory: Directory) -> int:
        telling = self.listening(engine, directory)
        limits = [
            (tenant, limit_of(rule, tenant, directory.network)) for tenant in directory.all() for rule in self.rules
        ]
        forgotten = 0
        for tenant, limit in limits:
            for _ in range(_ROUNDS):
                with tenant_session(telling, tenant.id) as session, session.begin():
                    went = limit.rule.forget(session, self.clock() - limit.holds)
                forgotten += went
                if not went:
                    break
        return forgotten

    def _shut(self, engine: Engine, tenant: Tenant) -> int:
        roots, shut = RootKeys(self.keys), 0
        with tenant_session(engine, tenant.id, writes=False) as session, session.begin():
            for row in session.scalars(select(SealingKey)):
                try:
                    roots.unwrap(row.id, row.wrapped)
                except NotOpened:
                    shut += 1
        return shut

    def _unpack(self, archive: Archive) -> int:
        draft = self.home / f".restoring-{new_token()[:8]}"
        try:
            files = archive.unpack(FOLDERS, draft)
            for name in FOLDERS:
                if (draft / name).exists():
                    if (self.home / name).exists():
                        (self.home / name).rmdir()
                    (draft / name).rename(self.home / name)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return files

    def _tell(self, engine: Engine, tenants: Sequence[Tenant], made_at: str) -> None:
        """Put it on record, and tell every process that organisations are not what they were."""
        subject = f"backup:{made_at[:19].replace('-', '').replace(':', '').replace('T', '-')}"
        for tenant in tenants:
            with tenant_session(engine, tenant.id) as session, session.begin():
                record(session, self.who, "backup.restored", subject, at=self.clock())
        with network_session(engine, "restore") as network, network.begin():
            bump_revision(network)


def _is_file(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


def _check_empty(engine: Engine) -> None:
    with reading(engine) as reader:
        tenants = reader.tenants()
    if tenants:
        raise LuwteError(
            "This installation is not empty, and a backup goes into an empty one only: name another folder in "
            "luwte.home (SQLite) or another database in luwte.database (PostgreSQL). Nothing was changed."
        )
