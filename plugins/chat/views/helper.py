"""The helper's page."""

from typing import Any

from core.api import Request

from .seeker import questions, script_config


def workbench(request: Request) -> dict[str, Any]:
    """Who waits, my conversations, and the conversation at hand."""
    return {"questions": questions(request), "config": script_config(request)}
