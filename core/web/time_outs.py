"""What somebody reads who has a time-out, and what it costs others at the same address."""

from datetime import datetime, timedelta
from uuid import UUID

from core.anonymity.time_outs import EXTRA_WAIT, REASONS, time_out_of
from core.hookspecs.values import Refusal
from core.i18n.formats import DEFAULT_ZONE, time_of_day, weekday_in_words
from core.tenancy.keys import tenant_key
from core.tenancy.session import tenant_session
from core.web.request import Request


def time_out(request: Request) -> Refusal | None:
    """Why this browser session may not begin a conversation, and until when; None for everybody else.

    It is read in a transaction of its own, so that plugins which are asked next hold up nobody who writes.
    """
    installation, key = request.installation, request.seeker.key
    if key is None:
        return None
    now = installation.clock()
    with tenant_session(installation.engine, request.tenant.id, writes=False) as session, session.begin():
        found = time_out_of(session, installation.keys, key, now)
    if found is None:
        return None
    text = REASONS.get(found.reason, REASONS["otherwise"])
    return Refusal(text.key, text.english, {"until": end_in_words(request, found.ends_at, now)})


def end_in_words(request: Request, end: datetime, now: datetime) -> str:
    """When it ends: "16.20 uur", "morgen om 16.20 uur", "dinsdag 24 november om 16.20 uur"."""
    time = time_of_day(end, request.language)
    days = (end.astimezone(DEFAULT_ZONE).date() - now.astimezone(DEFAULT_ZONE).date()).days
    if days == 0:
        return time
    if days == 1:
        return request.t("time_out.tomorrow", "tomorrow at {time}", time=time)
    day = weekday_in_words(end, request.language)
    return request.t("time_out.on_day", "{day} at {time}", day=day, time=time)


def extra_wait(request: Request) -> timedelta:
    """How much later this visitor has their turn because a browser at the same address has a time-out.

    Mostly nothing. Never ask it for who says to be in danger. It is the ordinary waiting room, and nobody is told why.
    """
    return EXTRA_WAIT if request.visitor.shares_time_out() else timedelta()


def release_tag(request: Request, conversation_id: UUID, after: timedelta) -> None:
    """As `Call.release_tag`, for a conversation that ends with a request."""
    request.installation.tags.release(tenant_key(request.tenant.id, conversation_id.hex), after)
