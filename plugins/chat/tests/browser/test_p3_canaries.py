"""P3: what a child and a helper tell each other is nowhere on the server, its memory included, in any shape."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocket, expect

from core.testing.browser import Visit
from core.testing.server import RunningServer, make_server
from core.testing.shapes import shapes

from .test_two_browsers import DESK, PHONE, arrived, sign_in, write

pytestmark = [pytest.mark.browser, pytest.mark.promise_p3]

NAME, CHILD, HELPER, LATER = "Kanariepietje", "canarychildsaysthis77", "canaryhelpersaysthis88", "canaryafterrefresh99"
INTAKE = {"age": "117", "pc4": "7719", "gender": "other"}
"""Too short to be looked for alone: they are looked for as the page writes them."""


def needles() -> Mapping[str, bytes]:
    """All that must be nowhere, by its name."""
    words = {
        f"{word}, {shape}": needle for word in (NAME, CHILD, HELPER, LATER) for shape, needle in shapes(word).items()
    }
    fields = {f"{name} as JSON": f'"{name}":"{value}"'.encode() for name, value in INTAKE.items()}
    return words | fields


def hits(content: bytes, where: str) -> list[str]:
    """What stands there, by name."""
    return [f"{name} in {where}" for name, needle in needles().items() if needle in content]


def memory_of(pid: int) -> Iterator[bytes]:
    """What a process holds, region by region."""
    maps = Path(f"/proc/{pid}/maps").read_text("ascii")
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for start, end in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) rw", maps, re.MULTILINE):
            try:
                memory.seek(int(start, 16))
                yield memory.read(int(end, 16) - int(start, 16))
            except (OSError, OverflowError):  # gone meanwhile, or the kernel's own
                continue


class Frames:
    """All that a page's sockets carry, both ways, and what its requests say."""

    def __init__(self, page: Page) -> None:
        """Listens from now on."""
        self.content: list[bytes] = []
        page.on("websocket", self._on_socket)
        page.on(
            "request", lambda request: self.content.append(request.url.encode() + (request.post_data_buffer or b""))
        )

    def _on_socket(self, socket: WebSocket) -> None:
        for way in ("framesent", "framereceived"):
            socket.on(way, lambda frame: self.content.append(frame if isinstance(frame, bytes) else frame.encode()))


@pytest.fixture
def fresh_server(tmp_path: Path, prepared_server: RunningServer) -> Iterator[RunningServer]:
    """A server that has seen nothing else."""
    server = make_server(tmp_path, like=prepared_server)
    server.start()
    yield server
    server.stop()


def test_nothing_of_a_conversation_is_on_the_server(
    visit: Visit, fresh_server: RunningServer, promise_report: Callable[[str], None]
) -> None:
    seeker, helper = visit(viewport=PHONE, has_touch=False), visit(viewport=DESK)
    frames = [Frames(seeker), Frames(helper)]
    _begin(seeker, fresh_server)
    sign_in(helper, fresh_server, "thuisanker")
    helper.locator("[data-take]").first.click()
    expect(helper.locator("[data-intake]")).to_contain_text(INTAKE["pc4"])
    expect(helper.locator("[data-name]").first).to_have_text(NAME)
    write(seeker, CHILD)
    write(helper, HELPER)
    for page in (seeker, helper):
        arrived(page, 2)
    seeker.reload()
    arrived(seeker, 2)
    write(seeker, LATER)
    expect(helper.locator(".bubble [data-body]").last).to_have_text(LATER)
    expect(seeker.locator(".bubble.mine [data-state]").last).to_have_text("Gelezen")

    found, control = [], seeker_conversation(frames).encode()
    regions = list(memory_of(fresh_server.pid))
    assert any(control in region for region in regions), "the search finds what is there"
    for region in regions:
        found += hits(region, "memory")
    sent = b"\n".join(content for one in frames for content in one.content)
    assert control in sent
    found += hits(sent, "frames and requests")
    files = [file for file in fresh_server.folder.rglob("*") if file.is_file()]
    assert any(file.name.endswith("-wal") for file in files)
    for file in files:
        found += hits(file.read_bytes(), file.name)
    assert found == []
    size = sum(map(len, regions)) // 2**20
    promise_report(
        f"{len(needles())} needles of 4 canaries and 3 intake fields: 0 hits in {size} MiB of the server's memory, "
        f"{len(files)} files, {len(sent) // 1024} KiB of frames and requests"
    )


def _begin(page: Page, server: RunningServer) -> None:
    page.goto(server.address("thuisanker.localhost", "/hier"))
    page.locator('[data-answer="danger"][data-value="no"]').click()
    page.locator("#answer-name").fill(NAME)
    page.locator('[data-form="name"] [type="submit"]').click()
    page.locator("#answer-age").fill(INTAKE["age"])
    page.locator('[data-form="age"] [type="submit"]').click()
    page.locator(f'[data-form="gender"] [value="{INTAKE["gender"]}"]').check()
    page.locator('[data-form="gender"] [type="submit"]').click()
    page.locator("#answer-pc4").fill(INTAKE["pc4"])
    page.locator('[data-form="pc4"] [type="submit"]').click()
    expect(page.locator("[data-place]")).to_be_visible()


def seeker_conversation(frames: list[Frames]) -> str:
    """The id of the conversation, which is no secret."""
    for content in frames[0].content:
        if found := re.search(rb'"conversation":"([0-9a-f-]{36})"', content):
            return found[1].decode()
    raise AssertionError("no frame names the conversation")
