"""A database for a test: the engine that the application would have, and the owner's."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Engine


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated, empty database.

    `engine` connects as the application does (on PostgreSQL: a role that owns nothing); `owner` as who migrates.
    """

    kind: Literal["sqlite", "postgresql"]
    engine: Engine
    owner: Engine
    url: str
    owner_url: str

    @property
    def app_role(self) -> str | None:
        """The application's role on PostgreSQL."""
        return self.engine.url.username

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self.owner.dispose()
