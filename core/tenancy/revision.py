"""The one row by which every process learns that something about organisations was changed."""

from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session

from core.tenancy.models import Revision


def bump_revision(connection: Connection | Session) -> None:
    """Tell every process, with this transaction's commit, to read organisations, plugins and roles anew."""
    connection.execute(update(Revision.__table__).values(number=Revision.number + 1))  # type: ignore[arg-type]


def read_revision(connection: Connection | Session) -> int:
    """Return the present number."""
    found: Any = connection.execute(select(Revision.number)).scalar_one()
    return int(found)
