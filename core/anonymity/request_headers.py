"""Which headers of a request reach the rest of the house. All others are dropped: docs/decisions/request-headers.md."""

_HOST_AND_BODY = ("host", "content-type", "content-length", "content-encoding", "transfer-encoding", "expect")
_ANSWER = ("accept", "accept-encoding", "range", "if-range", "if-match", "if-none-match", "if-modified-since")
_WHO_ASKS = ("cookie", "origin", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "sec-fetch-user")
_SOCKET = (
    "connection",
    "upgrade",
    "sec-websocket-key",
    "sec-websocket-version",
    "sec-websocket-protocol",
    "sec-websocket-extensions",
)
_OWN_SCRIPTS = ("x-csrf-token",)

PASSING = frozenset(_HOST_AND_BODY + _ANSWER + _WHO_ASKS + _SOCKET + _OWN_SCRIPTS)
"""Names, in lower case, of the request headers that pass. None of them tells an address, a browser or a page."""

# WSGI writes headers as HTTP_X_NAME, these two excepted.
_PLAIN_IN_WSGI = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})
_PASSING_IN_WSGI = frozenset(f"HTTP_{name.upper().replace('-', '_')}" for name in PASSING) | _PLAIN_IN_WSGI
_SERVERS_OWN = frozenset(
    {
        "REQUEST_METHOD",
        "SCRIPT_NAME",
        "PATH_INFO",
        "QUERY_STRING",
        "SERVER_NAME",
        "SERVER_PORT",
        "SERVER_PROTOCOL",
    }
)
# Keys in lower case with a dot are made by servers and test clients, never by a request: every header is HTTP_….
_MADE_BY_PROGRAMS = ("wsgi.", "webtest.", "paste.")


def passes_in_wsgi(key: str) -> bool:
    """Whether a key of a WSGI environ may go on."""
    return key in _PASSING_IN_WSGI or key in _SERVERS_OWN or key.startswith(_MADE_BY_PROGRAMS)


def passes_in_asgi(name: bytes) -> bool:
    """Whether a header of an ASGI scope may go on."""
    return name.lower().decode("latin-1") in PASSING
