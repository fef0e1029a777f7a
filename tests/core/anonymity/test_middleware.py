"""Nothing behind the middleware sees where a request comes from."""

import asyncio
from collections.abc import Iterable, MutableMapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.anonymity.middleware import AnonymityAsgi, AnonymityWsgi, bare_host
from core.anonymity.request_headers import PASSING
from core.anonymity.tags import Tags
from core.anonymity.visitor import Visitor

CANARY = "203.0.113.77"
SPEAKING = [
    "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-By",
    "Forwarded", "X-Real-IP", "X-Client-IP", "Client-IP", "True-Client-IP", "X-Cluster-Client-IP",
    "CF-Connecting-IP", "CF-IPCountry", "CF-Ray", "Fastly-Client-IP", "X-Azure-ClientIP",
    "X-Original-Forwarded-For", "X-ProxyUser-Ip", "Via", "User-Agent", "Referer", "Referrer", "Accept-Language",
    "Sec-CH-UA", "Sec-CH-UA-Platform", "DNT", "Sec-GPC", "From", "X-Wap-Profile", "HX-Current-URL",
    "Device-Memory", "Save-Data", "X-Request-ID", "Traceparent", "X-Never-Heard-Of", "Authorization",
    "X-Requested-With",
]  # fmt: skip
KEPT = {
    "Host": "luisterboom.localhost:6543",
    "Cookie": "a=b",
    "Accept": "text/html",
    "Origin": "http://luisterboom.localhost:6543",
    "Sec-Fetch-Site": "same-origin",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "x",
    "Content-Type": "text/plain",
}


def through_wsgi(environ: dict[str, Any], **options: Any) -> dict[str, Any]:
    """What an application behind the middleware is given."""
    seen: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.append(environ)
        return [b""]

    AnonymityWsgi(app, Tags(), **options)(environ, None)
    return seen[0]


def through_asgi(scope: dict[str, Any], **options: Any) -> MutableMapping[str, Any]:
    """The scope that an application behind the middleware is given."""
    seen: list[MutableMapping[str, Any]] = []

    async def app(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        seen.extend((scope, {"receive": receive, "send": send}))

    class Connection:
        peer = CANARY

        async def receive(self) -> MutableMapping[str, Any]:
            return {}

        async def send(self, message: MutableMapping[str, Any]) -> None:
            return None

    connection = Connection()
    asyncio.run(AnonymityAsgi(app, Tags(), **options)(scope, connection.receive, connection.send))
    assert not any(hasattr(function, "__self__") for function in seen[1].values())
    return seen[0]


def wsgi_key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"


def environ_with(headers: dict[str, str]) -> dict[str, Any]:
    peer = {"REMOTE_ADDR": CANARY, "REMOTE_HOST": CANARY, "REMOTE_PORT": "4711", "REMOTE_USER": CANARY}
    server = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "REQUEST_URI": "/", "wsgi.url_scheme": "http"}
    speaking = {"SSL_CLIENT_S_DN": CANARY, "GEOIP_COUNTRY": CANARY, "waitress.client_disconnected": lambda: CANARY}
    return {**peer, **server, **speaking, **{wsgi_key(name): value for name, value in headers.items()}}


def scope_with(headers: list[tuple[bytes, bytes]], kind: str = "http") -> dict[str, Any]:
    extensions = {"tls": {"client_cert_name": CANARY}, "websocket.http.response": {}}
    return {
        "type": kind, "path": "/", "headers": headers, "client": (CANARY, 4711), "server": (CANARY, 6544),
        "scheme": "http", "state": {"kept": 1}, "extensions": extensions, "somebody_elses": CANARY,
    }  # fmt: skip


def test_wsgi_lets_only_known_headers_through() -> None:
    environ = environ_with({**dict.fromkeys(SPEAKING, CANARY), **KEPT})
    seen = through_wsgi(environ)
    assert CANARY not in repr(seen)
    assert {wsgi_key(name): value for name, value in KEPT.items()}.items() <= seen.items()
    assert not [key for key in seen if key.startswith(("REMOTE", "SSL_", "waitress", "GEOIP"))]
    assert isinstance(seen["luwte.visitor"], Visitor)


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_asgi_lets_only_known_headers_through(kind: str) -> None:
    headers = [(name.encode(), value.encode()) for name, value in {**dict.fromkeys(SPEAKING, CANARY), **KEPT}.items()]
    scope = scope_with(headers, kind)
    seen = through_asgi(scope)
    assert CANARY not in repr(seen)
    assert {name.decode(): value.decode() for name, value in seen["headers"]} == KEPT
    assert seen["extensions"] == {"websocket.http.response": {}}
    assert seen["state"]["kept"] == 1
    assert isinstance(seen["state"]["visitor"], Visitor)
    left = {key: scope.get(key) for key in ("client", "server", "headers", "extensions")}
    assert CANARY not in repr(left), "the server writes what is in its own scope into its log"


names = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=":"), min_size=1)
casings = st.sampled_from(SPEAKING).flatmap(
    lambda name: st.tuples(*[st.sampled_from([c.lower(), c.upper()]) for c in name]).map("".join)
)


@given(st.lists(st.tuples(names | casings, st.just(CANARY)), max_size=20))
def test_no_casing_repetition_or_invention_of_a_header_gets_through(headers: list[tuple[str, str]]) -> None:
    unknown = [(name, value) for name, value in headers if name.lower().replace("_", "-") not in PASSING]
    assert CANARY not in repr(through_wsgi(environ_with(dict(unknown))))
    assert CANARY not in repr(through_asgi(scope_with([(n.encode(), v.encode()) for n, v in unknown])))


@given(st.lists(st.tuples(st.binary(max_size=30), st.binary(max_size=30)), max_size=10), st.none() | st.just(("", 0)))
def test_a_malformed_scope_is_answered_all_the_same(headers: list[tuple[bytes, bytes]], client: Any) -> None:
    scope = {"type": "websocket", "headers": headers, "client": client, "extensions": None, "state": None}
    assert isinstance(through_asgi(scope)["state"]["visitor"], Visitor)


def test_an_empty_scope_and_an_empty_environ_are_answered() -> None:
    assert isinstance(through_asgi({"type": "http"})["state"]["visitor"], Visitor)
    assert isinstance(through_wsgi({})["luwte.visitor"], Visitor)


def test_a_scope_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="HTTP and WebSockets"):
        through_asgi({"type": "telepathy", "client": (CANARY, 1)})


def test_the_scheme_is_the_operators_word_never_the_requests() -> None:
    lie = {"X-Forwarded-Proto": "https"}
    assert through_wsgi(environ_with(lie))["wsgi.url_scheme"] == "http"
    assert through_wsgi(environ_with({}), scheme="https")["wsgi.url_scheme"] == "https"
    assert through_asgi(scope_with([], "websocket"), scheme="https")["scheme"] == "wss"
    assert through_asgi(scope_with([(b"x-forwarded-proto", b"https")]))["scheme"] == "http"


def hits(count: int, proxies: tuple[str, ...], forwarded: str) -> list[bool]:
    answers: list[bool] = []

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answers.append(environ["luwte.visitor"].hit("x", "1 per hour"))
        return [b""]

    guard = AnonymityWsgi(app, Tags(), proxies)
    for number in range(count):
        guard(environ_with({"X-Forwarded-For": forwarded.format(number=number)}), None)
    return answers


def test_behind_a_trusted_proxy_people_are_told_apart_and_without_one_the_header_changes_nothing() -> None:
    assert hits(3, (CANARY,), "198.51.100.{number}") == [True, True, True]
    assert hits(3, (CANARY,), "198.51.100.1") == [True, False, False]
    assert hits(3, (), "198.51.100.{number}") == [True, False, False]


def test_what_is_written_to_wsgi_errors_is_forgotten(capsys: pytest.CaptureFixture[str]) -> None:
    assert through_wsgi(environ_with({}))["wsgi.errors"].write(f"{CANARY} was here\n") == len(f"{CANARY} was here\n")
    captured = capsys.readouterr()
    assert CANARY not in captured.out + captured.err


@pytest.mark.parametrize(
    "host, expected",
    [
        ("Luisterboom.LOCALHOST:6543", "luisterboom.localhost"),
        ("luisterboom.localhost.", "luisterboom.localhost"),
        ("luisterboom.localhost.:6543", "luisterboom.localhost"),
        ("[::1]:6543", "[::1]"),
        ("", ""),
    ],
)
def test_one_host_has_one_spelling(host: str, expected: str) -> None:
    assert bare_host(host) == expected
