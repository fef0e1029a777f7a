"""Engine.IO and Socket.IO as Luwte runs them: bounded outgoing queues, fast JSON, no loggers, no environ."""

import asyncio
from contextlib import suppress
from typing import Any

import engineio
import orjson
import socketio
from socketio import packet

from core.realtime.line import Line
from core.realtime.slim_queue import SlimQueue

OUTGOING = 256
"""Packets that may wait for one slow reader. When they are more, the socket is closed; the client resumes."""
_TURNS = 3
"""How often the writer of a full queue gets the loop before its socket is ended."""
FRAME_BYTES = 64 * 1024
"""The largest frame taken: a sealed message of 16 KiB in base64 fits three times."""
PING_INTERVAL = 10
PING_TIMEOUT = 10
"""Seconds. Together they bound how long a dead connection goes unseen: under 25 s."""

CONNECT_WITHIN = 20.0
"""Seconds that a line may stay open on which nobody has shown a token: it takes memory, and gives nothing."""

NO_EVENT = "."
"""Stands for an event whose name no plugin can have: the gate answers it as any other that does not exist."""
_BINARY_PACKETS = ("5", "6")


class FastJson:
    """The two functions that Socket.IO asks of a JSON module, by orjson."""

    @staticmethod
    def dumps(value: Any, **_: Any) -> str:
        """The value as JSON text."""
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes, **_: Any) -> Any:
        """The value of a JSON text."""
        return orjson.loads(text)


class BoundedQueue(SlimQueue):
    """A socket's outgoing queue. The library's own has no bound: a client that stops reading would fill the memory."""

    __slots__ = ("_over",)

    def __init__(self) -> None:
        """Holds `OUTGOING` packets and one end mark."""
        super().__init__()
        self._over = False

    async def put(self, item: Any) -> None:
        """Queues a packet. A queue that stays full is emptied and its socket ended: the client comes back and resumes.

        A burst, such as the answers to a whole group of messages, may fill the queue before the socket's writer had its
        turn. So the writer gets a turn first; one that waits for its reader uses it for nothing.
        """
        for _ in range(_TURNS):
            if self.qsize() < OUTGOING:
                break
            await asyncio.sleep(0)
        if self.qsize() >= OUTGOING and item is not None:
            self._give_up()
        elif not self._over:
            self.put_nowait(item)

    def _give_up(self) -> None:
        self._items.clear()
        if not self._over:
            self._over = True  # nothing may follow the end mark: nobody would take it out
            self.put_nowait(None)


class EngineServer(engineio.AsyncServer):  # type: ignore[misc]  # engineio ships no types
    """Engine.IO with bounded outgoing queues, over lines of our own."""

    async def _handle_connect(self, environ: dict[str, Any], transport: str, jsonp_index: int | None = None) -> Any:
        """Opens a line. As the library's own, which makes its own kind of line, and asks all in turn if they live."""
        sid = self.generate_id()
        line = self.sockets[sid] = Line(self, sid)
        opening = {
            "sid": sid,
            "upgrades": self._upgrades(sid, transport),
            "pingTimeout": int(self.ping_timeout * 1000),
            "pingInterval": int(self.ping_interval * 1000),
            "maxPayload": self.max_http_buffer_size,
        }
        await line.send(engineio.packet.Packet(engineio.packet.OPEN, opening))
        await self.handlers["connect"](sid, environ)
        line.handshake = environ
        line.schedule_ping()
        if transport == "websocket":
            answer = await line.handle_get_request(environ)
            self.sockets.pop(sid, None)
            return answer
        line.connected = True
        return self._ok(await line.poll(), jsonp_index=jsonp_index)

    async def heard(self, sid: str, data: Any) -> None:
        """Hands on what a line brought. What cannot be read ends nobody's line but costs an answer."""
        try:
            await self.handlers["message"](sid, data)
        except Exception:
            self.logger.exception("message handler error")

    def create_queue(self, *args: Any, **kwargs: Any) -> BoundedQueue:
        """The outgoing queue of one socket."""
        return BoundedQueue()

    async def disconnect(self, sid: str | None = None) -> None:
        """Ends a line (all lines without `sid`) and forgets it at once.

        The library's own waits until the client has read everything, which one that only opened never does.
        """
        for line in [self.sockets.pop(sid, None)] if sid else [self.sockets.pop(one) for one in list(self.sockets)]:
            if line is not None:
                await line.close(wait=False, reason=self.reason.SERVER_DISCONNECT)
                await line.queue.put(None)


class Rooms(socketio.AsyncManager):  # type: ignore[misc]  # socketio ships no types
    """Who is in which room. It tells news one listener after the other: the library's own begins a task for each.

    Putting a packet into a bounded queue waits for no reader, so there is nothing to do side by side.
    """

    async def emit(self, event: str, data: Any, namespace: str, *args: Any, **options: Any) -> None:
        """Sends an event as text to everybody in a room but `skip_sid`. Nobody is asked to confirm it."""
        room, but = options.get("to") or options.get("room"), options.get("skip_sid")
        if args or options.get("callback") is not None:
            raise TypeError("only room, to and skip_sid, by name")
        news = self.server.packet_class(packet.EVENT, namespace=namespace, data=[event, data], binary=False)
        envelope = engineio.packet.Packet(engineio.packet.MESSAGE, news.encode())
        for sid, line in list(self.get_participants(namespace, room)) if namespace in self.rooms else ():
            if sid != but:
                with suppress(engineio.exceptions.SocketIsClosedError):
                    await self.server.eio.send_packet(line, envelope)


class RedisRooms(socketio.AsyncRedisManager, Rooms):  # type: ignore[misc]  # socketio ships no types
    """The same where several processes share the rooms through Redis."""


class SocketServer(socketio.AsyncServer):  # type: ignore[misc]  # socketio ships no types
    """Socket.IO over our Engine.IO: only events as text, and only by names that a plugin can have."""

    def __init__(self, **options: Any) -> None:
        """Takes what the library does."""
        super().__init__(**options)
        self._answering: set[asyncio.Task[None]] = set()

    async def _handle_eio_connect(self, eio_sid: str, environ: Any) -> None:
        """Opens a line, and begins to watch whether somebody speaks on it."""
        await super()._handle_eio_connect(eio_sid, environ)
        self._watch_silence(eio_sid)

    def _watch_silence(self, eio_sid: str) -> None:
        asyncio.get_running_loop().call_later(CONNECT_WITHIN, self._end_silence, eio_sid)

    def _end_silence(self, eio_sid: str) -> None:
        """Ends a line without a socket, be it that none was opened, was refused, or has said goodbye."""
        if eio_sid not in self.environ:
            return
        if self.manager.sid_from_eio_sid(eio_sid, "/") is None:
            self.start_background_task(self.eio.disconnect, eio_sid)
        else:
            self._watch_silence(eio_sid)

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        """Refuses binary packets: the library would keep as many attachments as a client cares to announce."""
        if not isinstance(data, str) or data.startswith(_BINARY_PACKETS):
            await self.eio.disconnect(eio_sid)
            return
        await super()._handle_eio_message(eio_sid, data)

    async def _handle_event(self, eio_sid: str, namespace: Any, number: Any, data: Any) -> None:
        """Takes away names with which a client could call our own `connect`, `disconnect` and `*` handlers."""
        arguments = data if isinstance(data, list) and data else [None]
        name = arguments[0] if isinstance(arguments[0], str) and "." in arguments[0] else NO_EVENT
        space = namespace or "/"
        sid = self.manager.sid_from_eio_sid(eio_sid, space)
        if self.manager.is_connected(sid, space):
            task = asyncio.create_task(self._answer(eio_sid, sid, namespace, number, name, arguments[1:]))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)

    async def _answer(self, eio_sid: str, sid: str, namespace: Any, number: Any, name: str, arguments: Any) -> None:
        """Has our one handler of all events answer, and sends what it says to whoever asked for it."""
        answer = await self.handlers["/"]["*"](name, sid, *arguments)
        line = self.eio.sockets.get(eio_sid)
        if number is None or line is None:
            return
        said = self.packet_class(packet.ACK, namespace=namespace, id=number, data=[answer], binary=False)
        with suppress(engineio.exceptions.SocketIsClosedError):
            await line.send(engineio.packet.Packet(engineio.packet.MESSAGE, said.encode()))

    def _engineio_server_class(self) -> type[EngineServer]:
        return EngineServer
