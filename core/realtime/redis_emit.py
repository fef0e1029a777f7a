"""Live news from a process that holds no sockets: handed to those that do, through Redis."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import socketio
import structlog
from redis import RedisError

from core.realtime.sockets import FastJson
from core.tenancy.keys import tenant_key

log = structlog.get_logger("luwte.realtime")


class RedisEmit:
    """An Emit for pages and workers of an installation with several processes. Lost news is no loss: clients resume."""

    def __init__(self, address: str) -> None:
        """`address` of the Redis that the realtime processes listen to. Nothing is connected before the first news."""
        self._manager = socketio.RedisManager(address, write_only=True, json=FastJson, logger=None)

    def __call__(self, tenant_id: UUID, room: str, event: str, payload: Mapping[str, Any]) -> None:
        """Hands news to the realtime processes; it never raises."""
        try:
            self._manager.emit(event, dict(payload), namespace="/", room=tenant_key(tenant_id, room))
        except (RedisError, OSError) as error:
            log.warning("news was not handed on", type=type(error).__name__)

    def close(self) -> None:
        """Gives the connection back."""
        if self._manager.redis is not None:
            self._manager.redis.close()
