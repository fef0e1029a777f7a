"""The board's addresses."""

from core.api import Route

from ..permissions import WRITE
from .site import board
from .workplace import desk, remove, write

ROUTES = (
    Route("noticeboard.board", "/noticeboard", board, public=True, template="noticeboard/site.html.jinja2"),
    Route(
        "noticeboard.desk",
        "/noticeboard",
        desk,
        places=("workplace",),
        permission=WRITE,
        template="noticeboard/desk.html.jinja2",
    ),
    Route(
        "noticeboard.write",
        "/noticeboard",
        write,
        places=("workplace",),
        methods=("POST",),
        permission=WRITE,
        template="noticeboard/desk.html.jinja2",
    ),
    Route(
        "noticeboard.remove",
        "/noticeboard/{note}/weg",
        remove,
        places=("workplace",),
        methods=("POST",),
        permission=WRITE,
    ),
)
