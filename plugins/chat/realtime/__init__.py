"""The chat's realtime side: this file is its table of contents."""

from core.api import Realtime, RealtimeEvent, Subject

from ..permissions import HELP
from ..schemas import Confirm, GiveTimeOut, Grant, InConversation, Join, Keep, Nothing, Resume, Send, Typing
from . import helper, messages, seeker, shared, time_out

_SEEKER: frozenset[Subject] = frozenset({"seeker"})
_STAFF: frozenset[Subject] = frozenset({"staff"})
_BOTH = _SEEKER | _STAFF
_CONVERSATION = {"conversation": "conversation"}

REALTIME = Realtime(
    events=(
        RealtimeEvent("chat.hello", Nothing, seeker.hello, _SEEKER),
        RealtimeEvent("chat.join", Join, seeker.join, _SEEKER),
        RealtimeEvent("chat.keep", Keep, seeker.keep, _SEEKER),
        RealtimeEvent("chat.watch", Nothing, helper.watch, _STAFF, HELP),
        RealtimeEvent("chat.take", InConversation, helper.take, _STAFF, HELP, _CONVERSATION),
        RealtimeEvent("chat.send", Send, messages.send, _BOTH, HELP, _CONVERSATION),
        RealtimeEvent("chat.grant", Grant, messages.grant, _BOTH, HELP, _CONVERSATION),
        RealtimeEvent("chat.confirm", Confirm, messages.confirm, _BOTH, HELP, _CONVERSATION),
        RealtimeEvent("chat.resume", Resume, messages.resume, _BOTH, HELP, _CONVERSATION),
        RealtimeEvent("chat.typing", Typing, messages.typing, _BOTH, HELP, _CONVERSATION),
        RealtimeEvent("chat.time_out", GiveTimeOut, time_out.give, _STAFF, HELP, _CONVERSATION),
        RealtimeEvent("chat.end", InConversation, messages.end, _BOTH, HELP, _CONVERSATION),
    ),
    started=shared.started,
    disconnected=shared.disconnected,
)
