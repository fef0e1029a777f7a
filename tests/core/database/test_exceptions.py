"""What leads round the guard is used only where it was reviewed."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DATABASE = ("core/database/", "core/testing/")

REVIEWED = {
    # The journal writes below the session: docs/decisions/the-journal.md.
    "raw_connection(": ("core/realtime/journal_writer.py",),
    "unguarded(": DATABASE,
    "exec_driver_sql(": DATABASE,
    "dbapi_connection": DATABASE,
    "scoped(": (*DATABASE, "core/tenancy/session.py", "core/tenancy/directory.py"),
    "create_engine(": ("core/database/engine.py",),
    "import psycopg": DATABASE,
    "import sqlite3": (),
    "sqlalchemy.orm import Session": ("core/tenancy/revision.py",),
    "sessionmaker": (),
}


def sources() -> dict[str, str]:
    found = [*(ROOT / "core").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")]
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in found if "/tests/" not in str(path)}


@pytest.mark.promise_p6
@pytest.mark.parametrize("way", REVIEWED)
def test_way_round_the_guard_is_used_only_where_reviewed(way: str) -> None:
    users = [name for name, text in sources().items() if way in text]
    strangers = [name for name in users if not name.startswith(REVIEWED[way])]
    assert strangers == []
