"""What uvicorn answers by itself, before any application is asked: malformed requests and handshakes."""

from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Response
from websockets.server import ServerProtocol

from core.anonymity.headers import answer_of_the_server_itself
from core.realtime.slim_queue import SlimQueue


class StrictHttp(H11Protocol):
    """uvicorn's HTTP protocol; its answer to what is no HTTP carries our headers too."""

    def send_400_response(self, msg: str) -> None:
        """Answers 400 and closes the connection."""
        headers = [(name.encode(), value.encode()) for name, value in answer_of_the_server_itself()]
        own = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        events = (
            h11.Response(status_code=400, headers=[*own, *headers]),
            h11.Data(data=b"Bad Request"),
            h11.EndOfMessage(),
        )
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


class StrictSockets(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol; its refusals of malformed handshakes carry our headers too."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Takes what uvicorn gives."""
        super().__init__(*arguments, **options)
        self.conn = _StrictHandshake(extensions=[], max_size=self.config.ws_max_size, logger=self.logger)
        self.queue = SlimQueue()  # type: ignore[assignment]  # has what is used of it

    def start_keepalive(self) -> None:
        """The handshake is over: lets go of what was said in it, 10 KB of headers."""
        super().start_keepalive()
        del self.request, self.response


class _StrictHandshake(ServerProtocol):
    def send_response(self, response: Response) -> None:
        """Adds our headers where the application has not said them, and removes the library's name."""
        for name, value in answer_of_the_server_itself():
            response.headers.setdefault(name, value)
        if "Server" in response.headers:
            del response.headers["Server"]
        super().send_response(response)
