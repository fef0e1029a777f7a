"""What the tests of identity stand on: two organisations, a clock that is held, and a desk to sign in at."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from core.audit.models import AuditRecord
from core.crypto import KeyRing
from core.identity.models import Staff
from core.identity.services import staff as accounts
from core.identity.services.presence import who_is_here
from core.identity.services.sign_in import SignedIn, SignInDesk
from core.identity.staff_identity import StaffIdentity
from core.tenancy.session import tenant_session
from core.testing.database import Database
from core.testing.organisations import TwoTenants

PASSWORD = "wilg molen zes zomer"
MORNING = datetime(2026, 11, 23, 9, tzinfo=UTC)


@dataclass
class House:
    """One installation's database with two organisations; `now` is its clock."""

    engine: Engine
    keys: KeyRing
    here: UUID
    there: UUID
    now: datetime = MORNING
    desk: SignInDesk = field(init=False)

    def __post_init__(self) -> None:
        """The desk reads this house's clock."""
        self.desk = SignInDesk(self.engine, self.keys, lambda: self.now)

    def later(self, **duration: float) -> None:
        """Let time pass."""
        self.now += timedelta(**duration)

    def add(self, name: str = "noor", tenant_id: UUID | None = None, active: bool = True) -> UUID:
        """An account with the usual password; gives its id."""
        with tenant_session(self.engine, tenant_id or self.here) as session, session.begin():
            staff = accounts.add_staff(session, name, name.title(), frozenset({"helper"}), PASSWORD, self.now)
            staff.active = active
            return staff.id

    def sign_in(self, name: str = "noor", tenant_id: UUID | None = None) -> SignedIn:
        """Sign in with the right password."""
        outcome = self.desk.sign_in(tenant_id or self.here, name, PASSWORD)
        assert isinstance(outcome, SignedIn)
        return outcome

    def who(self, cookie: str, tenant_id: UUID | None = None) -> StaffIdentity | None:
        """Who a page would say is behind this cookie."""
        return who_is_here(self.engine, self.keys, lambda: self.now, tenant_id or self.here, cookie)

    def do(self, work: Any, tenant_id: UUID | None = None) -> Any:
        """Run `work(session)` in a transaction."""
        with tenant_session(self.engine, tenant_id or self.here) as session, session.begin():
            return work(session)

    def staff(self, name: str = "noor") -> Staff:
        """The account with this name."""
        return self.do(lambda session: session.scalars(select(Staff).where(Staff.name == name)).one())  # type: ignore[no-any-return]

    def deeds(self, tenant_id: UUID | None = None) -> list[str]:
        """The actions on record, in order."""
        query = select(AuditRecord.action).order_by(AuditRecord.at)
        return self.do(lambda session: list(session.scalars(query)), tenant_id)  # type: ignore[no-any-return]


@pytest.fixture
def house(database: Database, tenants: TwoTenants, tmp_path: Path, cheap_passwords: None) -> House:
    """Two organisations on either database."""
    return House(database.engine, KeyRing(tmp_path / "keys"), tenants.a.id, tenants.b.id)
