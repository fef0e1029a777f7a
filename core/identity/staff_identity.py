"""Who is asking, as every screen and handler knows it."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class StaffIdentity:
    """A member of staff who is signed in at an organisation (or, as network admin, at the network).

    `name` is the sign-in name, `alias` what people who seek help see; `locked` means that the lock screen is up.
    """

    id: UUID
    tenant_id: UUID
    name: str
    alias: str
    roles: frozenset[str]
    session_id: UUID
    locked: bool = False
