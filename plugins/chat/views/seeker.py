"""The help seeker's page: one page from the first question to the goodbye."""

from typing import Any

from core.api import Request, keys_address, setting

from .wait import pause, refusal

QUESTIONS = ("age", "gender", "pc4")
"""What an organisation may ask besides a nickname, in this order; its settings say which."""


def talk(request: Request) -> dict[str, Any]:
    """Everything of the chat is on this page; the script shows one step at a time, so the history holds one entry."""
    return {
        "pause": pause(request),  # then the page says that alone, without a script
        "questions": questions(request),
        "pages": request.tenant.pages_in(request.language),
        "config": {
            **script_config(request),
            "wait": request.route_path("chat.wait"),
            "keep": setting(request, "chat", "keep_over_refresh"),
            "refused": refusal(request),  # else somebody would answer all questions for nothing
        },
    }


def questions(request: Request) -> list[str]:
    """The questions that this organisation asks besides a nickname."""
    return [name for name in QUESTIONS if setting(request, "chat", f"ask_{name}")]


def script_config(request: Request) -> dict[str, Any]:
    """What the page's script needs to know: where the realtime side is, that it is our page, whose keys count."""
    return {
        "realtime": request.realtime_address,
        "csrf": request.csrf_token,
        "questions": questions(request),
        "tenant": str(request.tenant.id),
        "keys": keys_address(request),
    }
