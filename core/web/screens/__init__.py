"""The screens over the core's own rooms: each folder holds the views and routes of one room."""

from importlib import import_module
from itertools import chain
from pathlib import Path

from core.hookspecs.values import NavigationItem, Route

TEMPLATES = Path(__file__).parent.parent / "templates"
_ROOMS = ("assets", "identity", "keys", "leave", "limits", "realtime", "settings", "site")


def all_routes() -> tuple[Route, ...]:
    """The routes of all rooms, in the order of the rooms."""
    return tuple(chain.from_iterable(import_module(f"core.web.screens.{room}.routes").ROUTES for room in _ROOMS))


def all_navigation() -> tuple[NavigationItem, ...]:
    """The core's own links: a room whose screens are reached by the navigation names them `NAVIGATION`."""
    rooms = [import_module(f"core.web.screens.{room}.routes") for room in _ROOMS]
    return tuple(chain.from_iterable(getattr(room, "NAVIGATION", ()) for room in rooms))
