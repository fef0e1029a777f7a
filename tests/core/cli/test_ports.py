"""A port that cannot be used is said in one sentence."""

import socket

import pytest

from core.cli.ports import ensure_free
from core.errors import LuwteError


def test_used_port_is_named_with_what_to_do() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with pytest.raises(LuwteError, match=rf"Port {port} on 127.0.0.1 is in use: stop what listens there"):
            ensure_free("127.0.0.1", port)
    ensure_free("127.0.0.1", port)


def test_address_of_another_machine_is_named() -> None:
    with pytest.raises(LuwteError, match="does not have that address"):
        ensure_free("192.0.2.1", 8080)
