"""Runs the realtime application with uvicorn: in a thread beside the pages (embedded), or as a process of its own."""

import threading
from typing import Any

import uvicorn

from core.errors import LuwteError
from core.realtime.sockets import FRAME_BYTES
from core.realtime.strict_protocols import StrictHttp, StrictSockets


def make_server(asgi: Any, host: str, port: int) -> uvicorn.Server:
    """A uvicorn server that logs nothing, trusts no forwarding header and does not compress (that undoes padding)."""
    return uvicorn.Server(
        uvicorn.Config(
            asgi,
            host=host,
            port=port,
            loop="uvloop",
            http=StrictHttp,
            ws=StrictSockets,
            ws_per_message_deflate=False,
            ws_max_size=FRAME_BYTES * 2,
            ws_ping_interval=None,  # Engine.IO asks by itself whether the other end is there
            proxy_headers=False,
            server_header=False,
            date_header=False,
            access_log=False,
            log_config=None,
            lifespan="on",
            timeout_graceful_shutdown=1,
        )
    )


class RealtimeThread:
    """The realtime side in a thread with a loop of its own."""

    def __init__(self, asgi: Any, host: str, port: int) -> None:
        """Starts with `start`."""
        self._server = make_server(asgi, host, port)
        self._thread = threading.Thread(target=self._server.run, name="realtime", daemon=True)
        self._port = port

    def start(self, patience: float = 10.0) -> None:
        """Starts it and waits until it answers. Raises LuwteError when it does not within `patience` seconds."""
        self._thread.start()
        waited = threading.Event()
        for _ in range(int(patience / 0.02)):
            if self._server.started:
                return
            if not self._thread.is_alive():
                break
            waited.wait(0.02)
        raise LuwteError(f"The realtime side did not start on port {self._port}: see the lines above for the reason.")

    def stop(self) -> None:
        """Closes every socket (clients reconnect by themselves) and ends the thread within about a second."""
        self._server.should_exit = True
        self._thread.join(timeout=5)
