"""Puts the strict headers on every page, and a plain answer where the application fails altogether."""

import re
from collections.abc import Iterable
from typing import Any

import structlog

from core.anonymity.headers import KnownHost, Scripts, StrictHeaders
from core.anonymity.middleware import WsgiApp, bare_host
from core.configuration import Configuration

_log = structlog.get_logger("luwte.web")
_WITH_WORKER = frozenset({"/dienst", "/sleutels"})
"""The pages that start a worker, which stretches the words that a key is wrapped under."""
_WORKER = re.compile(r"/static/[^/]+/vendor/hash-wasm/argon2id\.worker\.js")
"""The one script that runs WebAssembly: it has a thread, and a policy, of its own."""
_BROKEN = b"Er ging iets mis. Probeer het nog eens. / Something went wrong. Please try again."


class SecurityHeadersWsgi:
    """Stands right behind the anonymity middleware; whatever answers behind it, its headers are ours."""

    def __init__(self, app: WsgiApp, configuration: Configuration, known_host: KnownHost | None = None) -> None:
        """`known_host` tells whether a host is one of ours; by default those under the network domain are."""
        self._app = app
        self._headers = StrictHeaders(configuration, known_host)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answers one request."""
        host, scripts = bare_host(environ.get("HTTP_HOST", "")), _scripts(environ.get("PATH_INFO", ""))

        def start_strictly(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            return start_response(status, self._headers.applied(host, int(status[:3]), headers, scripts), exc_info)

        try:
            return self._app(environ, start_strictly)
        except Exception as error:  # noqa: BLE001 - the last place before the server, which would answer without headers
            _log.error("web.failed", exc_info=error)
            return _answer_broken(start_strictly, error)


def _scripts(path: str) -> Scripts:
    if _WORKER.fullmatch(path):
        return "runs WebAssembly"
    return "starts a worker" if path in _WITH_WORKER else "plain"


def _answer_broken(start_response: Any, error: Exception) -> Iterable[bytes]:
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(_BROKEN)))]
    start_response("500 Internal Server Error", headers, (type(error), error, error.__traceback__))
    return [_BROKEN]
