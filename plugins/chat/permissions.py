"""What staff may do in the chat."""

from core.api import Permission

HELP = "chat.help"

PERMISSIONS = (
    Permission(HELP, frozenset({"helper", "coordinator"}), "See who waits, take a conversation and talk in it."),
)
