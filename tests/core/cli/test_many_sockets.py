"""The embedded server with more sockets open than old ways of waiting can count."""

import resource
import socket
import time
from contextlib import ExitStack
from pathlib import Path

from core.testing.server import RunningServer

MANY = 1_100
"""More than the 1,024 files that select() knows."""


def test_pages_are_answered_while_more_than_a_thousand_sockets_are_open(running_server: RunningServer) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * MANY) if hard == -1 else hard, hard))
    running_server.restart()  # with the limit that it inherits
    with ExitStack() as open_sockets:
        for _ in range(MANY):
            open_sockets.enter_context(socket.create_connection(("127.0.0.1", running_server.realtime_port)))
        files = Path(f"/proc/{running_server.pid}/fd")
        until = time.monotonic() + 60
        while len(list(files.iterdir())) < MANY and time.monotonic() < until:
            time.sleep(0.05)
        response, _ = running_server.get("luisterboom.localhost")
        assert response.status == 200
