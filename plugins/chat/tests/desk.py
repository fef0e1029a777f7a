"""What the tests of the chat's services stand on: two organisations on a database, a clock, keys."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import Engine

from core.api import KeyRing, StaffIdentity, TenantSession
from core.testing.clocks import FixedClock
from core.testing.people import add_helper, deeds
from core.testing.sessions import in_transaction

from ..models import Conversation
from ..services.end import end_conversation
from ..services.join import join_queue
from ..services.presence import mark_present
from ..services.take import NotTaken, take_conversation

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    """One database; `here` and `there` are organisations that must never meet."""

    engine: Engine
    clock: FixedClock
    keys: KeyRing
    here: UUID
    there: UUID

    def do(self, work: Callable[[TenantSession], T], tenant_id: UUID | None = None) -> T:
        """Runs `work(session)` in a transaction of its own."""
        return in_transaction(self.engine, tenant_id or self.here, work)

    def join(self, key: str | None = None, danger: bool = False, tenant_id: UUID | None = None) -> Conversation:
        """Somebody joins the queue, and their page is there."""
        seeker = key or uuid4().hex * 2

        def work(session: TenantSession) -> Conversation:
            row = join_queue(session, seeker, danger, self.clock())
            mark_present(session, row.id)
            session.refresh(row)
            return row

        return self.do(work, tenant_id)

    def helper(self, alias: str = "Noor", tenant_id: UUID | None = None) -> StaffIdentity:
        """A new helper."""
        return self.do(lambda session: add_helper(session, alias, self.clock), tenant_id)

    def take(self, conversation_id: UUID, helper: StaffIdentity) -> Conversation | str:
        """A helper asks for a conversation; gives it, or the code of the refusal."""
        try:
            return self.do(
                lambda session: take_conversation(session, self.keys, conversation_id, helper, self.clock()),
                helper.tenant_id,
            )
        except NotTaken as refusal:
            return refusal.code

    def end(self, conversation_id: UUID, by: str) -> bool:
        """One side ends a conversation; False when it had ended."""

        def work(session: TenantSession) -> bool:
            found = session.find(Conversation, conversation_id)
            assert found is not None
            return end_conversation(session, self.keys, found, by, self.clock())

        return self.do(work)

    def read(self, conversation_id: UUID, tenant_id: UUID | None = None) -> Conversation | None:
        """A conversation as it is stored."""
        return self.do(lambda session: session.find(Conversation, conversation_id), tenant_id)

    def deeds(self) -> list[tuple[UUID, str]]:
        """Who did what here."""
        return self.do(deeds)
