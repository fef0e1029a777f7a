"""Shows the figures on this machine alone: a listener on 127.0.0.1, which no proxy in front of Luwte leads to.

docs/decisions/metrics.md says why it is no page.
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from core.errors import LuwteError
from core.installation import Installation
from core.metrics.figures import figures_of

HOST = "127.0.0.1"
TRIED = 16
"""Ports that are tried, from the one in the settings: each process of a machine takes one of its own."""
_OURS = frozenset({"127.0.0.1", "localhost"})
_HEADERS = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'"),
    ("X-Content-Type-Options", "nosniff"),
)

log = structlog.get_logger("luwte.metrics")


class Listener(ThreadingHTTPServer):
    """Answers `GET /metrics` for programs of this machine."""

    daemon_threads = True

    def __init__(self, port: int, registry: CollectorRegistry) -> None:
        """Raises OSError when the port is taken. It answers after `start`."""
        self.registry = registry
        super().__init__((HOST, port), _Answer)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Answers from now on, in a thread of its own that ends with the process."""
        threading.Thread(target=self.serve_forever, name="metrics", daemon=True).start()

    def stop(self) -> None:
        """Answers no more."""
        self.shutdown()
        self.server_close()


class _Answer(BaseHTTPRequestHandler):
    server: Listener

    def do_GET(self) -> None:
        """The figures, under their one address; a page of elsewhere that found this port by a name gets nothing."""
        host = self.headers.get("Host", "").partition(":")[0]
        if self.path != "/metrics" or host not in _OURS:
            self._say(404, b"")
        else:
            self._say(200, generate_latest(self.server.registry))

    def _say(self, status: int, body: bytes) -> None:
        self.send_response_only(status)
        for name, value in (*_HEADERS, ("Content-Type", CONTENT_TYPE_PLAIN_0_0_4), ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Nothing: it would write the address down."""


def start_metrics(installation: Installation) -> Listener | None:
    """Begins to show this process's figures, where the settings name a port.

    Raises LuwteError when none of the ports from there on is free.
    """
    first = installation.configuration.metrics_port
    if first is None:
        return None
    registry = figures_of(installation)
    for port in range(first, min(first + TRIED, 65536)):
        try:
            listener = Listener(port, registry)
        except OSError:
            continue
        listener.start()
        log.info("metrics listening", port=port)
        return listener
    raise LuwteError(f"No port from {first} on is free for the metrics: set luwte.metrics_port to another.")
