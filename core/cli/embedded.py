"""The embedded server: pages, realtime side and worker in one process, with nothing to install beside it.

PasteDeploy makes it from the ini file (`use = egg:luwte#embedded`). It is for development, and for one small
organisation.
"""

import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from waitress.server import create_server

from core.access.realtime_tokens import TokenReader, make_once_store
from core.app import Application
from core.cli.banner import banner
from core.cli.listening import Listening, read_listening
from core.cli.logging import set_up_logging
from core.cli.preparation import prepare
from core.cli.set_up import set_up
from core.installation import Installation
from core.metrics.listener import start_metrics
from core.realtime.runner import RealtimeThread
from core.realtime.server import RealtimeServer
from core.worker.worker import Worker

THREADS = 6
"""Pages answered at once."""
LARGEST_BODY = 1024 * 1024
"""Bytes that a request may carry; uploads will have addresses of their own."""


def server_factory(global_config: Mapping[str, str], **section: str) -> Callable[[Application], None]:
    """Gives PasteDeploy the function that serves an application until it is told to stop."""
    ini = Path(global_config.get("__file__", "the ini file")).name

    def serve(application: Application) -> None:
        started, installation = time.monotonic(), application.installation
        set_up_logging()  # from here on, what an operator can mend ends the process with its sentence
        where = read_listening(section, installation.configuration, ini)
        where.ensure_free(ini)
        set_up(installation, _say)

        def ready() -> None:
            hint = ["luwte demo sign-ins shows them"] if installation.configuration.environment == "development" else []
            tenants, seconds = installation.directory.all(), time.monotonic() - started
            _say(banner(tenants, installation.configuration, hint, seconds))

        EmbeddedServer(application, where).run(ready)

    return serve


class EmbeddedServer:
    """All parts of one installation in one process."""

    def __init__(self, application: Application, where: Listening) -> None:
        """Nothing listens until `run`."""
        self._application = application
        self._installation = application.installation
        self._address = (where.host, where.port)
        self._realtime = RealtimeThread(make_realtime(self._installation), where.host, where.realtime_port)
        self._worker = Worker(self._installation)

    def run(self, ready: Callable[[], None] | None = None) -> None:
        """Prepares the database, starts all parts, tells `ready`, and serves until SIGTERM or SIGINT."""
        set_up_logging()
        prepare(self._installation)
        self._installation.directory.start()
        self._realtime.start()
        self._worker.start()
        start_metrics(self._installation)
        pages = _pages_server(self._application, *self._address)
        signal.signal(signal.SIGTERM, _stop)
        if ready is not None:
            ready()
        try:
            pages.run()
        finally:
            _hear_no_more()
            self._stop()

    def _stop(self) -> None:
        self._realtime.stop()
        self._worker.stop()
        self._installation.directory.stop()
        self._installation.engine.dispose()


def make_realtime(installation: Installation) -> Any:
    """The realtime application of an installation."""
    once = make_once_store(installation.configuration, installation.clock)
    return RealtimeServer(installation, TokenReader(installation.keys, installation.clock, once)).asgi()


def _pages_server(application: Application, host: str, port: int) -> Any:
    return create_server(
        application,
        host=host,
        port=port,
        threads=THREADS,
        ident=None,
        clear_untrusted_proxy_headers=False,
        max_request_body_size=LARGEST_BODY,
        expose_tracebacks=False,
        # By default it asks select(), which knows no file above 1023: with a thousand sockets no page was answered.
        asyncore_use_poll=True,
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _stop(signum: int, frame: FrameType | None) -> None:
    _hear_no_more()
    raise SystemExit(0)


def _hear_no_more() -> None:
    """It is stopping: being told a second time (Ctrl-C reaches a whole group of processes) must not break that off."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
