"""Can the database be used at all? Asked before anything else, so that the answer is a sentence."""

import os
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from core.database.scope import NETWORK, scoped
from core.errors import LuwteError


def ensure_usable(engine: Engine) -> None:
    """Raise LuwteError, with one sentence that says what to do, where the database cannot be read and written."""
    sqlite = engine.url.get_backend_name() == "sqlite"
    if sqlite:
        _ensure_writable(Path(engine.url.database or ""))
    try:
        with scoped(engine, NETWORK).connect():
            pass
    except DBAPIError:
        where = engine.url.render_as_string(hide_password=True)
        if sqlite:
            raise LuwteError(
                f"The file {engine.url.database} cannot be used as a database: put back a copy of it that is whole, "
                "or name another in luwte.database."
            ) from None
        raise LuwteError(
            f"The database {where} does not answer or refuses this role: start it, or mend its address in the ini file."
        ) from None


def _ensure_writable(file: Path) -> None:
    wanted = file if file.exists() else file.parent
    for path in dict.fromkeys((file.parent, wanted)):
        if not os.access(path, os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0)):
            raise LuwteError(
                f"{path} cannot be written by this user, and Luwte keeps its state there: "
                "make it yours (chown -R, chmod -R u+rwX), or name another folder in luwte.home."
            )
