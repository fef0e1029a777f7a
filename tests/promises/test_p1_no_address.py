"""P1: no stored or readable address, user agent or referrer of anyone who seeks help."""

import json
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from core.testing.developers_page import ways_on
from core.testing.server import ROOT, RunningServer, make_server
from core.testing.staff import signed_in_staff
from tests.promises.canaries import ADDRESSES, HEADERS, PEER, WORDS, hits, hits_in_files

pytestmark = pytest.mark.promise_p1

HOST = "luisterboom.localhost"
LOOKOUT = Path(__file__).parent / "lookout_distribution"
SOURCES = (PEER, "127.0.0.1")
"""From where requests come: a stranger, whose forwarding headers are lies, and the trusted proxy."""

GOOD_LINES = [
    "GET /", "HEAD /", "GET /veilig-bezoek", "GET /over-deze-site", "GET /weg", "GET /nothing-here",
    "GET /static/x/none.css", "GET /lookout", "GET /lookout-break", "PUT /", "DELETE /lookout", "OPTIONS *",
    "GET /?taal=en", "GET /%ff%fe", "POST /lookout-post", "POST /verbinding", "POST /aanmelden",
    "GET http://elsewhere.example/",
]  # fmt: skip
SPOKEN = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
SAYING = f"{ADDRESSES['X-Real-IP']}: {WORDS['User-Agent']}"
BAD_HANDSHAKE = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 99\r\nSec-WebSocket-Key: x\r\n"
MALFORMED = [
    f"{SAYING}\r\n\r\n",
    f"GET / HTTP/9.9\r\n{SPOKEN}\r\n",
    f"GET / HTTP/1.1\r\n{SPOKEN}{SAYING}\x00\r\n\r\n",
    f"GET / HTTP/1.1\r\n{SPOKEN}Content-Length: {SAYING}\r\n\r\n",
    f"POST / HTTP/1.1\r\nHost: {HOST}\r\n{SPOKEN}Transfer-Encoding: chunked\r\n\r\n{SAYING}\r\n",
    f"POST / HTTP/1.1\r\nHost: {HOST}\r\n{SPOKEN}Transfer-Encoding: {SAYING}\r\n\r\n",
    f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX-Long: {SAYING * 9000}\r\n\r\n",
    f"POST / HTTP/1.1\r\nHost: {HOST}\r\n{SPOKEN}Content-Length: 99999999\r\n\r\n",
    f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {HOST}\r\n{SPOKEN}{BAD_HANDSHAKE}\r\n",
]
BAD_FRAMES = [
    "9",
    "4",
    "40",
    "42[",
    '42["lookout.look"',
    '42["nobody.knows",{}]',
    '451-["x",{"_placeholder":true,"num":0}]',
    "x",
]


@pytest.fixture
def lookout_server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server on which one organisation has switched on the plugin that writes down all it sees."""
    metadata = tmp_path / "distribution" / "lookout-1.dist-info"
    shutil.copytree(LOOKOUT, metadata.parent)
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: lookout\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text("[luwte.plugins]\nlookout = lookout\n")
    tenants = tmp_path / "tenants"
    shutil.copytree(ROOT / "tenants", tenants)
    card = tenants / "luisterboom" / "tenant.toml"
    card.write_text(re.sub(r"plugins = \[(.*)\]", r'plugins = [\1, "lookout"]', card.read_text()))
    folder = tmp_path / "server"
    folder.mkdir()
    settings = {"luwte.tenants_folder": str(tenants), "luwte.trusted_proxies": "127.0.0.1"}
    server = make_server(folder, settings | {"luwte.developers_page": "true"})
    server.environment = {"PYTHONPATH": str(metadata.parent), "LOOKOUT_FILE": str(tmp_path / "seen.txt")}
    server.start()
    yield server
    server.stop()


def say(port: int, source: str, content: str, patience: float = 1) -> str:
    """What the server answers to these bytes from this address, until it is silent for so many seconds."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(source, 0))) as connection:
        connection.settimeout(patience)
        answer = b""
        try:
            connection.sendall(content.encode("latin-1"))
            while part := connection.recv(65536):
                answer += part
        except OSError:  # closed, or silent
            pass
        return answer.decode("latin-1")


def ask(port: int, source: str, line: str, more: str = "", body: str = "", patience: float = 60) -> str:
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    head = f"{line} HTTP/1.1\r\nHost: {HOST}:{port}\r\n{SPOKEN}{more}{length}Connection: close\r\n\r\n"
    return say(port, source, head + body, patience)


def visit_pages(server: RunningServer, source: str) -> int:
    answers = [ask(server.pages_port, source, line) for line in GOOD_LINES]
    answers += [ask(server.pages_port, source, "POST /lookout-post", body="x" * 900_000)]
    assert sum(answer.startswith("HTTP/1.1 200") for answer in answers) >= 5
    assert any(answer.startswith("HTTP/1.1 500") for answer in answers)
    assert hits("".join(answers).encode("latin-1"), "answers") == []
    for content in MALFORMED:
        say(server.pages_port, source, content)
        say(server.realtime_port, source, content)
    return len(answers) + 2 * len(MALFORMED)


def token_for(server: RunningServer, source: str) -> str:
    form = ask(server.pages_port, source, "GET /lookout")
    cookie = form.partition("Set-Cookie: ")[2].partition(";")[0]
    token = json.loads(form.partition("\r\n\r\n")[2])["token"]
    own_page = f"Origin: {server.address(HOST, '')}\r\nSec-Fetch-Site: same-origin\r\n"
    more = f"Cookie: {cookie}\r\nX-CSRF-Token: {token}\r\n{own_page}"
    answer = ask(server.pages_port, source, "POST /verbinding", more)
    return str(json.loads(answer.partition("\r\n\r\n")[2])["token"])


def open_socket(server: RunningServer, source: str) -> ClientConnection:
    where = socket.create_connection(("127.0.0.1", server.realtime_port), timeout=5, source_address=(source, 0))
    return connect(
        f"ws://{HOST}:{server.realtime_port}/socket.io/?EIO=4&transport=websocket",
        sock=where,
        origin=Origin(server.address(HOST, "")),
        user_agent_header=None,
        compression=None,
        additional_headers=HEADERS,
    )


def talk_live(server: RunningServer, source: str) -> int:
    with open_socket(server, source) as live:
        live.recv(5)
        live.send("40" + json.dumps({"token": token_for(server, source)}))
        assert str(live.recv(5)).startswith("40{"), "the socket was let in"
        live.send('421["lookout.look",{"hello":1}]')
        assert live.recv(5) == '431[{"seen":true}]'
        live.send('422["lookout.break",{}]')
        assert live.recv(5) == '432[{"error":"failed"}]'
    for frame in BAD_FRAMES:
        send_badly(server, source, frame)
    poll(server, source)
    return 3 + len(BAD_FRAMES)


def send_badly(server: RunningServer, source: str, frame: str) -> None:
    try:
        with open_socket(server, source) as live:
            live.recv(5)
            live.send(frame + SAYING)
            live.send(SAYING.encode() + b"\xff\xfe")
            live.recv(0.3)
    except (ConnectionClosed, TimeoutError, OSError):
        pass


def poll(server: RunningServer, source: str) -> None:
    answer = ask(server.realtime_port, source, "GET /socket.io/?EIO=4&transport=polling")
    sid = answer.partition('"sid":"')[2].partition('"')[0]
    path = f"/socket.io/?EIO=4&transport=polling&sid={sid}"
    ask(server.realtime_port, source, f"POST {path}", body="40" + json.dumps({"token": token_for(server, source)}))
    ask(server.realtime_port, source, f"POST {path}", body=f"{SAYING}\x1e{SAYING}")
    ask(server.realtime_port, source, f"GET {path}", patience=1)


def written(server: RunningServer) -> Iterator[Path]:
    """Every file that the process wrote, those without a name any more included."""
    own = server.folder / "server.ini"
    yield from (file for file in server.folder.rglob("*") if file.is_file() and file != own)
    nameless = Path(f"/proc/{server.pid}/fd")
    for handle in nameless.iterdir():
        if "(deleted)" in str(handle.readlink()) and handle.stat().st_size:
            yield handle


def developers_page(server: RunningServer) -> str:
    """What a developer is shown of the last requests, where that is switched on."""
    (cookie,) = signed_in_staff(server, "console", ["p1"], frozenset({"network_admin"}))
    _, body = server.get("console.localhost", "/verzoeken", {"Cookie": f"staff={cookie}"})
    return body.decode()


def test_nothing_that_tells_who_somebody_is_can_be_read_anywhere(
    lookout_server: RunningServer, tmp_path: Path, promise_report: Callable[[str], None]
) -> None:
    asked = sum(visit_pages(lookout_server, source) for source in SOURCES)
    live = sum(talk_live(lookout_server, source) for source in SOURCES)
    page = developers_page(lookout_server)
    running = hits_in_files(written(lookout_server))
    lookout_server.stop()
    stopped = hits_in_files(file for file in lookout_server.folder.rglob("*.*") if file.name != "server.ini")
    seen = (tmp_path / "seen.txt").read_bytes()
    occasions = {line for line in seen.decode(errors="replace").splitlines() if line.startswith("== ")}

    assert occasions >= {"== request", "== first page", "== connected", "== call"}, "the lookout looked"
    assert "lookout.look" in page, "the developers' page shows these requests"
    assert hits(page.encode(), "the developers' page") == []
    assert running[2] == []
    assert stopped[2] == []
    assert hits(seen, "what a plugin sees") == []
    log = lookout_server.log.read_text(errors="replace")
    assert "RuntimeError at " in log, "errors are logged, without their words"
    promise_report(
        f"{asked} requests and {live} sockets, each with {len(ADDRESSES) + len(WORDS)} canaries, errors and malformed "
        f"frames included, from {len(SOURCES)} peers: 0 hits in {running[0]} files ({running[1] // 1024} KiB: "
        f"database, WAL, log, temporary files), "
        f"0 hits in {len(seen) // 1024} KiB that a plugin saw on {len(occasions)} occasions, "
        f"0 hits in {len(ways_on(page))} requests on the developers' page"
    )


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    for name, canary in {**ADDRESSES, **WORDS}.items():
        file = tmp_path / "kept"
        file.write_bytes(b"before " + canary.encode() + b" after")
        assert [hit for hit in hits_in_files([file])[2] if hit.startswith(f"{name} (plain)")]
