"""All that the board tells the core: its table of contents."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from core.api import NavigationItem, Permission, PersonalData, Retention, Route, Setting, hookimpl

from .models import Note
from .permissions import PERMISSIONS, WRITE
from .retention import PERSONAL_DATA, RULES
from .views.routes import ROUTES


@hookimpl
def declare_models() -> Iterable[type]:
    """Notes."""
    return (Note,)


@hookimpl
def declare_routes() -> Iterable[Route]:
    """The page of the site and that of the workplace."""
    return ROUTES


@hookimpl
def declare_permissions() -> Iterable[Permission]:
    """Writing notes."""
    return PERMISSIONS


@hookimpl
def declare_navigation() -> Iterable[NavigationItem]:
    """One link at the workplace."""
    return (NavigationItem("noticeboard.desk", "noticeboard.navigation", "Noticeboard", permission=WRITE),)


@hookimpl
def declare_settings() -> Iterable[Setting]:
    """How many notes are shown."""
    return (
        Setting("shown", Annotated[int, Field(ge=1, le=50)], 10, "How many notes stand on the page.", "Notes shown"),
    )


@hookimpl
def declare_retention() -> Iterable[Retention]:
    """A note stays for a year."""
    return RULES


@hookimpl
def declare_personal_data() -> Iterable[PersonalData]:
    """Who wrote which note."""
    return PERSONAL_DATA
