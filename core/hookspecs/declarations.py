"""Declarations: asked once at start-up, plugin by plugin. The answers are values; the host registers them.

A declaration gets no arguments, opens no session and does no work. One that raises, or returns something else than it
promises, is a fault of the plugin: in development and CI it stops the start, in production the plugin is left out.
"""

from typing import Protocol

from core.hookspecs.declarations_data import DataDeclarations
from core.hookspecs.declarations_meeting import MeetingDeclarations
from core.hookspecs.declarations_pages import PageDeclarations
from core.hookspecs.declarations_work import WorkDeclarations


class Declarations(PageDeclarations, DataDeclarations, MeetingDeclarations, WorkDeclarations, Protocol):
    """What a plugin says of itself. Every hook is optional."""
