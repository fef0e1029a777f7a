"""One line to a page, as Engine.IO knows it, with as little as possible to do per frame.

The library's own begins two tasks and two timers for each frame, and looks at each line in turn to see whether it is
still alive. Here a line has one reader, one writer and one timer; what the other end sees is the same.
"""

import asyncio
import time
from typing import Any

from engineio import async_socket, exceptions, packet

HOST, SCOPE = "HTTP_HOST", "asgi.scope"


class Line(async_socket.AsyncSocket):  # type: ignore[misc]  # engineio ships no types
    """A line over a WebSocket from its first moment; one that begins by polling goes the library's way."""

    connected: bool
    last_ping: float | None

    def __init__(self, server: Any, sid: str) -> None:
        """Made by the server for each handshake."""
        super().__init__(server, sid)
        self._timer: asyncio.TimerHandle | None = None
        self._reading: asyncio.Task[Any] | None = None
        self.handshake: dict[str, Any] = {}
        """What the other end said when it came. All but host and visitor is let go of as soon as the line is there."""

    async def send(self, pkt: packet.Packet) -> None:
        """Queues a packet. Raises SocketIsClosedError."""
        if self.closed:
            raise exceptions.SocketIsClosedError
        await self.queue.put(pkt)

    async def check_ping_timeout(self) -> bool:
        """The line's own timer does this."""
        return not self.closed

    def schedule_ping(self) -> None:
        """The line opened, or answered: the next question comes in a while."""
        if self.last_ping:
            self.last_ping = None
            self._after(self.server.ping_interval, self._ping)

    def _after(self, seconds: float, what: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if self.closed else asyncio.get_running_loop().call_later(seconds, what)

    def _ping(self) -> None:
        if not self.closing and not self.closed:
            self.last_ping = time.time()
            self.server.start_background_task(self.queue.put, packet.Packet(packet.PING))
            self._after(self.server.ping_timeout, self._gone)

    def _gone(self) -> None:
        """Nobody answered."""
        if not self.closing and not self.closed:
            self.server.start_background_task(self._end)

    async def _end(self) -> None:
        await self.close(wait=False, abort=True, reason=self.server.reason.PING_TIMEOUT)
        await self.queue.put(None)
        if self._reading is not None:  # its writer may wait for a reader that will never come
            self._reading.cancel()

    async def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        """Ends the line, and waits for nobody to read what is left: who only opened one never does."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        await super().close(wait=False, abort=abort, reason=reason)
        self.server.sockets.pop(self.sid, None)

    async def _websocket_handler(self, ws: Any) -> None:
        if self.connected:
            await super()._websocket_handler(ws)
            return
        self.connected = self.upgraded = True
        self._forget_the_handshake()
        self._reading = asyncio.current_task()
        writer = asyncio.ensure_future(self._write(ws))
        try:
            await self._read(ws)
        except asyncio.CancelledError:
            writer.cancel()
        await self.queue.put(None)
        await asyncio.wait((writer,))
        await self.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_CLOSE)

    def _forget_the_handshake(self) -> None:
        """Many layers hold it as long as the line lasts: 8 KB that nobody reads any more."""
        scope = self.handshake.get(SCOPE, {})
        host, state = self.handshake.get(HOST, ""), scope.get("state", {})
        scope.clear()
        scope["state"] = state
        self.handshake.clear()
        self.handshake.update({HOST: host, SCOPE: scope})

    async def _read(self, ws: Any) -> None:
        while True:
            try:
                data = await ws.wait()
            except OSError:
                return
            if data is None or len(data) > self.server.max_http_buffer_size:
                return
            try:
                await self.receive(packet.Packet(encoded_packet=data))
            except exceptions.UnknownPacketError:
                pass
            except exceptions.SocketIsClosedError:
                return
            except ValueError:  # no packet
                return
            if self.closed:
                return
            await asyncio.sleep(0)  # whoever sends much at once lets its answers out, and others have their turn

    async def receive(self, pkt: packet.Packet) -> None:
        """Takes a packet from the other end."""
        if pkt.packet_type == packet.MESSAGE:
            await self.server.heard(self.sid, pkt.data)
        else:
            await super().receive(pkt)

    async def _write(self, ws: Any) -> None:
        while (pkt := await self.queue.get()) is not None:
            self.queue.task_done()
            try:
                await ws.send(pkt.encode())
            except Exception:  # noqa: BLE001 - the other end is gone, however it went
                break
        await ws.close()
