"""The big button on the first page of a site, with its state in it."""

from core.api import Request, StartAction

from ..services.find import count_waiting


def start_action(request: Request) -> StartAction:
    """Says honestly how many people wait now."""
    waiting, t = count_waiting(request.db), request.t
    if waiting:
        note = t.plural("chat.start.waiting", "{n} person is waiting now", "{n} people are waiting now", n=waiting)
    else:
        note = t("chat.start.nobody", "Nobody is waiting before you now")
    return StartAction(t("chat.start.label", "Start the chat"), note, request.route_path("chat.seeker"), order=10)
