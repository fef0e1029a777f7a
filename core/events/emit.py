"""Emit: live news to the browsers that listen. It may be lost; the database stays the truth and clients resume."""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID


class Emit(Protocol):
    """Sends live news to one room of one organisation. Call it after commit, from any thread; it never raises."""

    def __call__(self, tenant_id: UUID, room: str, event: str, payload: Mapping[str, Any]) -> None:
        """`room` is a name within the organisation, such as `chat.helpers`; it is never made by a client."""


class EmitRelay:
    """An Emit whose real sender is connected later, when the realtime side of the process has started.

    Until then news goes to `first`; without one it goes nowhere: in an installation of one process nobody can be
    listening before the realtime side runs.
    """

    def __init__(self, first: Emit | None = None) -> None:
        self._send = first

    def connect(self, send: Emit) -> None:
        """From now on news goes to `send`."""
        self._send = send

    def __call__(self, tenant_id: UUID, room: str, event: str, payload: Mapping[str, Any]) -> None:
        """Sends news on, once somebody can listen."""
        if self._send is not None:
            self._send(tenant_id, room, event, payload)
