"""P9: strict headers everywhere, errors and plugins' routes included."""

import re
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from webtest import TestApp, TestResponse

from core.app import Application, build_installation, make_application
from core.configuration import Configuration
from core.testing.browser import Visit
from core.testing.server import RunningServer
from core.web.assets import CORE_STATIC

pytestmark = pytest.mark.promise_p9

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "UNKNOWN")
HOSTS = (
    "luisterboom.localhost", "luisterboom-werk.localhost", "console.localhost", "kalender.localhost", "localhost",
    "nobody.localhost", "evil.example",
)  # fmt: skip
FIXED = {
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
POLICY = {
    "default-src": ["'none'"], "script-src": ["'self'"], "style-src": ["'self'"], "img-src": ["'self'"],
    "font-src": ["'self'"], "form-action": ["'self'"], "base-uri": ["'none'"], "frame-ancestors": ["'none'"],
    "require-trusted-types-for": ["'script'"], "trusted-types": ["'none'"],
}  # fmt: skip
WITH_WORKER = {"/dienst", "/sleutels"}
"""Pages whose scripts start a worker: they may name it, by one policy."""
MAY_BE_STORED = re.compile(r"no-cache|public, max-age=\d+(, immutable)?")


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory, prepared_server: RunningServer) -> Iterator[Application]:
    """The whole application, spoken to over https, on the state of a server that was set up."""
    home = tmp_path_factory.mktemp("https") / "var"
    shutil.copytree(prepared_server.home, home)
    https = {"public_scheme": "https", "pages_port": 443, "realtime_port": None}
    configuration = Configuration.model_validate({"home": home, "developers_page": True, **https})
    installation = build_installation(configuration)
    installation.directory.refresh()
    yield make_application(installation)
    installation.engine.dispose()


def patterns(application: Application) -> list[str]:
    """The patterns of every route of the running application, by introspection."""
    router: Any = application.wsgi._app._app
    found = [item["introspectable"]["pattern"] for item in router.registry.introspector.get_category("routes")]
    assert len(found) > 10
    return sorted(set(found))


def path_of(pattern: str) -> str:
    """An address that the pattern fits, of something that never was."""
    return re.sub(r"\{[^}]*\}", "00000000-0000-4000-8000-000000000000", pattern)


def named(response: Any) -> dict[str, str]:
    headers: list[tuple[str, str]] = [(name.lower(), value) for name, value in response.headerlist]
    once = [name for name, _ in headers if name != "set-cookie"]
    assert len(once) == len(set(once)), "a header is said twice"
    return dict(headers)


def assert_strict(headers: dict[str, str], host: str, *, https: bool = True, path: str = "") -> None:
    assert {name: headers.get(name) for name in FIXED} == FIXED
    policy = {part.split(" ")[0]: part.split(" ")[1:] for part in headers["content-security-policy"].split("; ")}
    connect = policy.pop("connect-src", ["'self'"])
    assert policy == POLICY | ({"trusted-types": ["luwte-worker"]} if path in WITH_WORKER else {})
    assert connect[0] == "'self'"
    assert all(re.fullmatch(rf"(http|ws)s?://{re.escape(host)}(:\d+)?", source) for source in connect[1:])
    assert "server" not in headers
    if not headers.get("content-type", "").startswith(("text/javascript", "text/css")):  # no documents
        assert headers["permissions-policy"].startswith("accelerometer=()")
    assert headers["cache-control"] == "no-store" or MAY_BE_STORED.fullmatch(headers["cache-control"])
    if https:
        assert re.fullmatch(r"max-age=\d{8,}", headers["strict-transport-security"])


def test_every_route_by_every_method_on_every_kind_of_host(
    application: Application, promise_report: Callable[[str], None]
) -> None:
    app = TestApp(application, extra_environ={"REMOTE_ADDR": "127.0.0.1"}, lint=False)
    all_patterns, statuses = patterns(application), set()
    answers = 0
    for path in [*(path_of(pattern) for pattern in all_patterns), "/never/was", "/static/x/../../secret"]:
        for host in HOSTS:
            for method in METHODS:
                response: TestResponse = app.request(path, method=method, headers={"Host": host}, expect_errors=True)
                assert_strict(named(response), host, path=path)
                if "set-cookie" in named(response) or response.status_int >= 400:
                    assert named(response)["cache-control"] == "no-store"
                statuses.add(response.status_int)
                answers += 1
    assert {200, 303, 403, 404} <= statuses
    promise_report(
        f"{len(all_patterns)} routes × {len(METHODS)} methods × {len(HOSTS)} hosts over https = {answers} answers "
        f"with {len(statuses)} different statuses: all strict"
    )


def test_only_the_worker_that_stretches_words_runs_web_assembly(application: Application) -> None:
    app = TestApp(application, extra_environ={"REMOTE_ADDR": "127.0.0.1"}, lint=False)
    static = sorted(path.relative_to(CORE_STATIC).as_posix() for path in CORE_STATIC.rglob("*") if path.is_file())
    found = {}
    for path in static:
        headers = named(app.get(f"/static/1/{path}", headers={"Host": "luisterboom-werk.localhost"}))
        found[path] = "wasm-unsafe-eval" in headers["content-security-policy"]
        assert "'unsafe-" not in headers["content-security-policy"]
    assert [path for path, may in found.items() if may] == ["vendor/hash-wasm/argon2id.worker.js"]


def test_cookies_are_for_this_host_over_https_only(application: Application) -> None:
    app = TestApp(application, extra_environ={"REMOTE_ADDR": "127.0.0.1"}, lint=False)
    for host, path in (("luisterboom.localhost", "/weg"), ("luisterboom-werk.localhost", "/aanmelden")):
        response = app.get(path, headers={"Host": host})
        for cookie in response.headers.getall("Set-Cookie"):
            assert "HttpOnly" in cookie
            assert "SameSite=" in cookie
            assert "Domain=" not in cookie


def test_an_application_that_breaks_down_is_strict_too(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(environ: Any, start_response: Any) -> Any:
        raise RuntimeError("everything is broken")

    monkeypatch.setattr(application.wsgi._app, "_app", broken)
    response = TestApp(application).get("/", headers={"Host": "luisterboom.localhost"}, expect_errors=True)
    assert response.status_int == 500
    assert_strict(named(response), "luisterboom.localhost")
    assert "broken" not in response.text


OURS = "Host: luisterboom.localhost\r\nConnection: close\r\n\r\n"
SOCKET = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n"
RAW = {
    "pages": [
        "GET / HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n",
        "\x00\x01\r\n\r\n",
        f"GET /%ff%fe HTTP/1.1\r\n{OURS}",
        "POST / HTTP/1.1\r\nContent-Length: a\r\n\r\n",
    ],
    "realtime": [
        "nonsense\r\n\r\n",
        f"GET /never/was HTTP/1.1\r\n{OURS}",
        f"GET /socket.io/ HTTP/1.1\r\n{OURS}",
        f"GET /socket.io/?EIO=4&transport=polling&sid=none HTTP/1.1\r\n{OURS}",
        "PUT /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: evil.example; x\r\nConnection: close\r\n\r\n",
        f"GET /socket.io/ HTTP/1.1\r\nHost: x\r\n{SOCKET}",
    ],
}


@pytest.mark.parametrize("side", RAW)
def test_what_the_servers_say_by_themselves_is_strict_too(
    side: str, shared_server: RunningServer, promise_report: Callable[[str], None]
) -> None:
    port = shared_server.pages_port if side == "pages" else shared_server.realtime_port
    for sent in RAW[side]:
        head = _answer(port, sent).partition("\r\n\r\n")[0]
        lines = [line.partition(": ") for line in head.split("\r\n")[1:]]
        headers = {name.lower(): value for name, _, value in lines}
        assert len(headers) == len(lines), f"a header is said twice: {head}"
        assert_strict(headers, "luisterboom.localhost", https=False)
    promise_report(
        f"{side}: {len(RAW[side])} answers that no view gave, to malformed requests among others: all strict"
    )


def _answer(port: int, sent: str) -> str:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=5)) as connection:
        connection.sendall(sent.encode("latin-1"))
        connection.settimeout(2)
        answer = b""
        while b"\r\n\r\n" not in answer and (part := connection.recv(65536)):
            answer += part
        return answer.decode("latin-1")


@pytest.mark.browser
def test_no_page_asks_anything_of_anybody_else_and_none_breaks_its_own_policy(
    shared_server: RunningServer, visit: Visit, promise_report: Callable[[str], None]
) -> None:
    page = visit()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text) if _is_complaint(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    tenants = sorted(folder.name for folder in Path("tenants").iterdir() if (folder / "tenant.toml").exists())
    addresses = [shared_server.address("kalender.localhost")]
    for tenant in tenants:
        host, work = f"{tenant}.localhost", f"{tenant}-werk.localhost"
        addresses += [
            shared_server.address(host, path) for path in ("/", "/over-deze-site", "/veilig-bezoek", "/nothing")
        ]
        addresses += [shared_server.address(work, "/aanmelden")]
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert [url for url in asked if not url.startswith(address.rpartition("/")[0].rpartition(":")[0])] == [], (
            address
        )
        asked.clear()
    assert complaints == []
    promise_report(f"{len(addresses)} pages in a browser: 0 requests to anybody else, 0 complaints of the browser")


def _is_complaint(message: Any) -> bool:
    # A page that is not there is what one of the addresses is for.
    return message.type in {"error", "warning"} and "404 (Not Found)" not in message.text
