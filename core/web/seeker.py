"""The browser session of somebody who seeks help: one random cookie, no account, nothing else."""

from typing import Any

from core.crypto import digest, new_token
from core.web.cookies import expire_cookie, read_cookie, set_cookie

COOKIE = "seeker"


class SeekerSession:
    """The visitor's browser session at this organisation's site.

    A plain page view makes none. Begin one with `ensure()` in answer to a form or a script of our own only: a page that
    is reached by a link from elsewhere gets no SameSite=Strict cookie, and would throw a running session away.
    """

    def __init__(self, request: Any) -> None:
        """`request` is the running web request; outside a site nobody has such a session."""
        self._request = request
        self._cookie = read_cookie(request, COOKIE) if request.place == "site" else None

    def __repr__(self) -> str:
        return "SeekerSession()"

    @property
    def key(self) -> str | None:
        """What the database knows the session by: 64 hex digits that lead back to no cookie. None: there is none."""
        if self._cookie is None:
            return None
        secret = self._request.installation.keys.secret("seeker-sessions")
        return digest(secret, "seeker-session", self._request.tenant.id.bytes, self._cookie).hex()

    @property
    def cookie(self) -> str | None:
        """The secret cookie itself, for the forms' tokens alone; never to be stored or logged."""
        return self._cookie

    def ensure(self) -> str:
        """The key, after beginning a session where there is none. Raises LookupError outside an organisation's site."""
        if self._request.place != "site":
            raise LookupError("only the site of an organisation has sessions for those who seek help")
        if self._cookie is None:
            self._cookie = cookie = new_token()
            self._request.add_response_callback(lambda request, response: _give(request, response, cookie))
        key = self.key
        if key is None:
            raise LookupError("the session that was just begun has ended")
        return key

    def end(self) -> None:
        """Take the cookie back: the browser forgets the session, and nobody can come back to it."""
        self._cookie = None
        self._request.add_response_callback(lambda request, response: expire_cookie(request, response, COOKIE))


def _give(request: Any, response: Any, cookie: str) -> None:
    """Sent unless the session has ended again in the same request."""
    if request.seeker.cookie == cookie:
        set_cookie(request, response, COOKIE, cookie, "Strict")
