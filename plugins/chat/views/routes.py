"""The chat's addresses. The help seeker's is neutral: it says nothing in a history or over a shoulder."""

from core.api import Route

from ..permissions import HELP
from .helper import workbench
from .seeker import talk
from .wait import wait

ROUTES = (
    Route("chat.seeker", "/hier", talk, public=True, template="chat/seeker.html.jinja2", neutral=True),
    Route("chat.wait", "/hier/wachten", wait, methods=("POST",), public=True, template="json", neutral=True),
    Route(
        "chat.helper", "/chat", workbench, places=("workplace",), permission=HELP, template="chat/helper.html.jinja2"
    ),
)
