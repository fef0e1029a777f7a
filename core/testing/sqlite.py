"""SQLite databases for tests: migrated once, copied for each test."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from core.database.engine import make_engine
from core.database.migration import MigrationSource, migrate
from core.testing.database import Database


def make_template(folder: Path, sources: Sequence[MigrationSource]) -> Path:
    """Migrate a database in `folder` and return its file, with nobody connected."""
    path = folder / "template.db"
    engine = make_engine(f"sqlite:///{path}")
    migrate(engine, sources)
    engine.dispose()
    return path


def open_copy(template: Path, path: Path) -> Database:
    """Copy the template to `path` and open it."""
    shutil.copyfile(template, path)
    url = f"sqlite:///{path}"
    engine = make_engine(url)
    return Database("sqlite", engine, engine, url, url)
