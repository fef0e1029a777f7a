"""The outermost layer of both servers: takes the address, makes a visitor of it, and lets nothing of it through."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any

from core.anonymity.addresses import TrustedProxies
from core.anonymity.quiet_stream import QuietStream
from core.anonymity.request_headers import passes_in_asgi, passes_in_wsgi
from core.anonymity.tags import Tags
from core.anonymity.visitor import Visitor

VISITOR_KEY = "luwte.visitor"
"""Where a WSGI environ holds the visitor; an ASGI scope holds it as `scope["state"]["visitor"]`."""

Carrier = Callable[[str], str]
"""Gives the name of who carries the screens of a host (without port, in lower case); by default the host itself."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]
WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]

# What an ASGI application needs to know of a request. No "client", no "server"; of the extensions only the one that
# lets an upgrade be refused with an answer (another one, "tls", holds the client's certificate).
_SCOPE_KEYS = frozenset(
    {
        "type",
        "asgi",
        "http_version",
        "method",
        "scheme",
        "path",
        "raw_path",
        "query_string",
        "root_path",
        "subprotocols",
    }
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_EXTENSIONS = frozenset({"websocket.http.response"})


class AnonymityWsgi:
    """Hands a WSGI application requests without address, port, forwarding headers, browser, language or referrer."""

    def __init__(
        self,
        app: WsgiApp,
        tags: Tags,
        trusted_proxies: Iterable[str] = (),
        *,
        scheme: str | None = None,
        carrier: Carrier = str,
    ) -> None:
        """`scheme` is the one that browsers see ("https" behind a proxy); None keeps what the server says."""
        self._app = app
        self._tags = tags
        self._proxies = TrustedProxies(trusted_proxies)
        self._scheme = scheme
        self._carrier = carrier

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answers one request."""
        visitor = self._visitor(environ)
        for key in [key for key in environ if not passes_in_wsgi(key)]:
            del environ[key]
        environ["REQUEST_METHOD"] = known_method(environ.get("REQUEST_METHOD"))
        environ[VISITOR_KEY] = visitor
        environ["wsgi.errors"] = QuietStream()
        if self._scheme:
            environ["wsgi.url_scheme"] = self._scheme
        return self._app(environ, start_response)

    def _visitor(self, environ: Mapping[str, Any]) -> Visitor:
        forwarded = environ.get("HTTP_X_FORWARDED_FOR")
        address = self._proxies.visitor_address(environ.get("REMOTE_ADDR"), [forwarded] if forwarded else [])
        host = environ.get("HTTP_HOST") or environ.get("SERVER_NAME") or ""
        return self._tags.visitor(address, self._carrier(bare_host(host)))


class AnonymityAsgi:
    """Does the same for an ASGI application: HTTP requests and WebSockets, well-formed or not."""

    def __init__(
        self,
        app: AsgiApp,
        tags: Tags,
        trusted_proxies: Iterable[str] = (),
        *,
        scheme: str | None = None,
        carrier: Carrier = str,
    ) -> None:
        """`scheme` is "http" or "https", as browsers see it; None keeps what the server says."""
        self._app = app
        self._tags = tags
        self._proxies = TrustedProxies(trusted_proxies)
        self._scheme = scheme
        self._carrier = carrier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or serves one socket. Raises ValueError for a scope of an unknown kind."""
        if scope.get("type") == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope.get("type") not in {"http", "websocket"}:
            raise ValueError("only HTTP and WebSockets are served here")
        clean = self._clean(scope)
        _wipe(scope)

        # The server's own receive and send are methods of an object that holds the connection and its address.
        async def receive_only() -> MutableMapping[str, Any]:
            return await receive()

        async def send_only(message: MutableMapping[str, Any]) -> None:
            await send(message)

        await self._app(clean, receive_only, send_only)

    def _clean(self, scope: Scope) -> Scope:
        headers = list(scope.get("headers") or ())
        clean: Scope = {key: value for key, value in scope.items() if key in _SCOPE_KEYS}
        clean["headers"] = [(name, value) for name, value in headers if passes_in_asgi(name)]
        clean["extensions"] = {k: v for k, v in (scope.get("extensions") or {}).items() if k in _EXTENSIONS}
        clean["state"] = {**(scope.get("state") or {}), "visitor": self._visitor(scope, headers)}
        if "method" in clean:
            clean["method"] = known_method(clean["method"])
        if self._scheme:
            clean["scheme"] = _scheme_of(scope["type"], self._scheme)
        return clean

    def _visitor(self, scope: Scope, headers: list[tuple[bytes, bytes]]) -> Visitor:
        client = scope.get("client")
        address = self._proxies.visitor_address(client[0] if client else None, _values(headers, b"x-forwarded-for"))
        host = _values(headers, b"host")
        return self._tags.visitor(address, self._carrier(bare_host(host[0] if host else "")))


def known_method(method: object) -> str:
    """The request's method when it is one of HTTP's; waitress takes the first word of any line for one."""
    return method if isinstance(method, str) and method in _METHODS else "UNKNOWN"


def bare_host(host: str) -> str:
    """A host without port, final dot and capitals, so that one host has one spelling."""
    name, colon, port = host.strip().lower().rpartition(":")
    bare = name if colon and (not port or port.isdigit()) else host.strip().lower()
    return bare.rstrip(".")


def _values(headers: list[tuple[bytes, bytes]], wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in headers if name.lower() == wanted]


def _scheme_of(kind: str, scheme: str) -> str:
    return scheme if kind == "http" else {"http": "ws", "https": "wss"}[scheme]


def _wipe(scope: Scope) -> None:
    # The server keeps this dictionary until the connection ends, and writes what is in it into its log.
    scope["headers"] = []
    for key in ("client", "server"):
        scope[key] = None
    scope.pop("extensions", None)
