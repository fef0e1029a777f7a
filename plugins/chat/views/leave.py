"""Leaving at once: the conversation ends with the browser session."""

from core.api import Request, release_tag

from ..models import AFTER_THE_END, BY_SEEKER
from ..services.end import end_conversation
from ..services.find import open_conversation_of
from ..services.halves import drop_half


def leave_chat(request: Request, seeker_key: str) -> None:
    """Ends the open conversation of a browser session and tells the helper no more than that it is over."""
    conversation = open_conversation_of(request.db, seeker_key)
    if conversation is None:
        return
    installation = request.installation
    end_conversation(request.db, installation.keys, conversation, BY_SEEKER, installation.clock())
    release_tag(request, conversation.id, AFTER_THE_END)
    drop_half(installation.passing, conversation.tenant_id, conversation.id)
    news = {"conversation": str(conversation.id), "state": "ended", "by": BY_SEEKER}
    request.emit_after_commit(f"chat.conversation.{conversation.id.hex}", "chat.state", news)
    request.emit_after_commit("chat.helpers", "chat.queue_changed", {})
