"""The conversation: who waits, who talks with whom, what is over. Never what is said: that is in the stream, opaque."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.api import TenantModel, UtcDateTime, tenant_foreign_key, tenant_index

WAITING, TALKING, ENDED = "waiting", "talking", "ended"

BY_SEEKER, BY_HELPER, BY_SILENCE, BY_TIME_OUT = "seeker", "helper", "silence", "timeout"
"""Who ended a conversation; silence: the help seeker was gone for too long; timeout: the helper, with a time-out."""

AFTER_THE_END = timedelta(minutes=10)
"""How long a conversation stays after its end, and so how long a time-out can still be given."""


class Conversation(TenantModel):
    """One conversation of one browser session. It is deleted with its stream ten minutes after its end."""

    __tablename__ = "chat_conversation"
    __table_args__ = (
        tenant_foreign_key("stream_id", "stream"),
        tenant_foreign_key("helper_id", "staff"),
        tenant_index("state", "joined_at"),
        Index(
            "uq_chat_conversation_open",
            "tenant_id",
            "seeker_key",
            unique=True,
            sqlite_where=text("state <> 'ended'"),
            postgresql_where=text("state <> 'ended'"),
        ),
    )

    stream_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(7), default=WAITING)
    seeker_key: Mapped[str] = mapped_column(String(64))
    """Digest of the seeker's session cookie; a browser session has one open conversation at most."""
    danger: Mapped[bool | None]
    """The answer to "are you in danger now"; emptied when the conversation is taken."""
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    absent_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when the seeker's page is away; None while it is there."""
    helper_id: Mapped[UUID | None]
    helper_alias: Mapped[str | None] = mapped_column(String(80))
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(7))
