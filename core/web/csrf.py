"""Forms and scripts prove that they come from our own page: by a token, and by where the browser says they come from.

Both are needed. Pyramid's own check of Origin and Referer is off: browsers may send `Origin: null` for our own forms,
and Sec-Fetch-Site then tells what Origin does not.
"""

from typing import Any

from pyramid.config import Configurator
from pyramid.interfaces import ICSRFStoragePolicy
from zope.interface import implementer

from core.crypto import digest, equal, new_token
from core.web.cookies import read_cookie, set_cookie
from core.web.request import Request
from core.web.staff import staff_cookie

COOKIE = "form"
FIELD = "csrf_token"
HEADER = "X-CSRF-Token"


def includeme(config: Configurator) -> None:
    """Checks every request that is not safe, unless its route says `csrf=False`."""
    config.set_csrf_storage_policy(FormTokens())
    config.set_default_csrf_options(require_csrf=True, token=FIELD, header=HEADER, check_origin=False)


@implementer(ICSRFStoragePolicy)
class FormTokens:
    """A token is a digest of the cookie that it goes with: the session's, or a random one for who has no session."""

    def new_csrf_token(self, request: Request) -> str:
        """A token for a fresh cookie."""
        cookie = request.luwte_form_cookie = new_token()
        request.add_response_callback(_give)
        return _token(request, cookie)

    def get_csrf_token(self, request: Request) -> str:
        """The token for this browser's forms; a browser without any of our cookies gets one."""
        cookies = _cookies(request)
        return _token(request, cookies[0]) if cookies else self.new_csrf_token(request)

    def check_csrf_token(self, request: Request, token: str) -> bool:
        """Whether the token goes with a cookie that came along, and the request came from a page of this host."""
        fits = any(equal(token, _token(request, cookie)) for cookie in _cookies(request))
        return fits and _from_own_page(request)


def _cookies(request: Request) -> list[str]:
    """The cookies that a token may go with, the nearest first.

    Staff's forms go with their session alone. A seeker may have opened a form before their session began: both are
    theirs.
    """
    staff = staff_cookie(request)
    if staff is not None:
        return [staff]
    given = getattr(request, "luwte_form_cookie", None) or read_cookie(request, COOKIE)
    return [cookie for cookie in (request.seeker.cookie, given) if cookie is not None]


def _token(request: Request, cookie: str) -> str:
    return digest(request.installation.keys.secret("form-tokens"), "form-token", request.host, cookie).hex()


def _from_own_page(request: Request) -> bool:
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    return bool(origin == _origin(request) or site == "same-origin")


def _origin(request: Request) -> str:
    """The origin of this host's pages, as browsers write it: without the port that goes without saying."""
    scheme = request.installation.configuration.public_scheme
    usual = ":443" if scheme == "https" else ":80"
    return f"{scheme}://{request.host.removesuffix(usual)}"


def _give(request: Any, response: Any) -> None:
    set_cookie(request, response, COOKIE, request.luwte_form_cookie, "Lax")
