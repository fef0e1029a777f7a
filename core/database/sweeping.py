"""What was deleted leaves the database's files too, as far as the database lets us.

SQLite overwrites deleted content with zeros (`secure_delete`), but the write-ahead log keeps older pages until others
are written over them: `sweep` empties it. PostgreSQL has no such word: there old bytes stay in data files and log until
its own housekeeping writes over them. What must not be read by then is sealed (core/tenancy/sealing.py).
"""

from typing import Any

from sqlalchemy import Engine

from core.database.engine import BUSY_TIMEOUT_MS
from core.database.scope import unguarded

_PATIENCE_MS = 100
"""While it waits for readers, writers wait for it: a message can wait so long, and a round later is early enough."""


def sweep(engine: Engine) -> bool:
    """Empty SQLite's write-ahead log; False when somebody was reading or writing for so long that it is for later."""
    if engine.dialect.name != "sqlite":
        return True
    with unguarded(engine, writes=False).connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
        try:
            busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            raw.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    return not busy
