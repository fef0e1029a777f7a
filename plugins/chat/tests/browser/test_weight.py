"""What the chat costs somebody with an old phone and little data."""

import pytest

from core.testing.browser import Visit
from core.testing.server import RunningServer
from core.testing.weight import wire_bytes

pytestmark = pytest.mark.browser

CHAT = 120 * 1024


@pytest.mark.parametrize("organisation", ["luisterboom", "thuisanker", "thuisanker-noord"])
def test_the_chat_page_is_light(visit: Visit, shared_server: RunningServer, organisation: str) -> None:
    page = visit(viewport={"width": 360, "height": 740})
    parts = wire_bytes(page, shared_server.address(f"{organisation}.localhost", "/hier"))
    assert any("socket.io" in address for address in parts), "what carries the conversation was asked for"
    assert sum(parts.values()) <= CHAT, parts
