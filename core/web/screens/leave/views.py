"""Leaving at once, without JavaScript: the session ends, the browser forgets what it may, and a calendar is shown."""

from collections.abc import Mapping
from typing import Any

import structlog
from pyramid.response import Response
from pyramid_retry import is_error_retryable

from core.web.cookies import expire_cookie
from core.web.csrf import COOKIE as FORM_COOKIE
from core.web.language import COOKIE as LANGUAGE_COOKIE
from core.web.request import Request
from core.web.screens.leave.neutral import neutral_answer

_log = structlog.get_logger("luwte.web")

# Not "cookies": that clears the whole registrable domain, other organisations' and the helpers' sessions included.
_CLEAR = '"cache", "storage"'
# "none": typed, or from a bookmark. Browsers that do not say where a visit comes from are believed.
_OWN_DOING = frozenset({None, "same-origin", "none"})


def leave(request: Request) -> Response:
    """Takes a visitor away: tells plugins, ends the session, clears the browser, and goes to the neutral page.

    Another site that leads somebody here by a hidden picture gets the neutral page, and ends nothing.
    """
    answer = neutral_answer(request)
    if request.headers.get("Sec-Fetch-Site") not in _OWN_DOING:
        return answer
    _tell_plugins(request)
    request.seeker.end()
    expire_cookie(request, answer, FORM_COOKIE)
    answer.set_cookie(LANGUAGE_COOKIE, "", path="/", max_age=0, httponly=True, samesite="Lax", secure=_https(request))
    answer.headers["Clear-Site-Data"] = _CLEAR
    return answer


def _https(request: Request) -> bool:
    return request.installation.configuration.public_scheme == "https"


def _tell_plugins(request: Request) -> None:
    """Tells each plugin apart, in a transaction of its own.

    So one that fails undoes nothing of the others, and one that hangs holds no lock that the others wait for.
    """
    key = request.seeker.key
    for plugin in sorted(request.tenant.plugins) if key is not None else ():
        try:
            request.installation.plugins.collect(
                "on_seeker_leaves", frozenset({plugin}), request=request, seeker_key=key
            )
            request.tm.commit()
        except Exception as error:
            if is_error_retryable(request, error):
                raise
            request.tm.abort()
            # Whatever fails in a plugin, the person gets away; what it half did is undone.
            _log.error("a plugin failed while somebody left", plugin=plugin, tenant=request.tenant.slug, exc_info=error)
        request.tm.begin()


def safe_visit(request: Request) -> Mapping[str, Any]:
    """Private windows and wiping history, in words and pictures; and what is not promised."""
    return {}
