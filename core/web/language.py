"""Which language a visitor reads: what they chose, never what their browser says of them."""

from collections.abc import Sequence
from typing import Any

PARAMETER = "taal"
COOKIE = "taal"


def chosen_language(request: Any, languages: Sequence[str]) -> str:
    """The language of the address's `taal`, else of the cookie that remembers it, else the first of `languages`.

    A choice is kept in a host-only cookie that goes when the browser closes; it holds the language tag alone.
    """
    asked = request.GET.get(PARAMETER)
    if asked in languages:
        request.add_response_callback(_remember(asked))
        return str(asked)
    kept = request.cookies.get(COOKIE)
    return str(kept) if kept in languages else languages[0]


def _remember(language: str) -> Any:
    def callback(request: Any, response: Any) -> None:
        response.set_cookie(COOKIE, language, httponly=True, samesite="Lax", secure=request.scheme == "https")

    return callback
