"""The strict headers, and that nobody can loosen them."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.anonymity.headers import StrictHeaders, answer_of_the_server_itself
from core.configuration import Configuration

HERE = Configuration(home=Path("/tmp/luwte-test-home"))
IN_EARNEST = Configuration(
    home=Path("/tmp/luwte-test-home"), environment="production", network_domain="hulp.example.org",
    public_scheme="https", pages_port=443, realtime_port=None, trusted_proxies=("127.0.0.1",),
)  # fmt: skip


def named(headers: list[tuple[str, str]]) -> dict[str, str]:
    names = [name.lower() for name, _ in headers]
    assert len(names) == len(set(names)), "a header is said twice"
    return {name.lower(): value for name, value in headers}


def test_the_policy_begins_with_nothing_and_allows_only_our_own() -> None:
    policy = StrictHeaders(HERE).policy("luisterboom.localhost")
    assert policy.startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    )
    for part in ("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "trusted-types 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert policy.endswith("connect-src 'self' http://luisterboom.localhost:6544 ws://luisterboom.localhost:6544")


def test_in_earnest_sockets_share_the_origin_over_tls() -> None:
    policy = StrictHeaders(IN_EARNEST).policy("luisterboom.hulp.example.org")
    assert policy.endswith("connect-src 'self' https://luisterboom.hulp.example.org wss://luisterboom.hulp.example.org")


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "x.localhost; script-src *",
        "localhost https://evil.example",
        "a.localhost,b",
        "",
        "..localhost",
        "[::1]",
    ],
)
def test_a_host_that_is_not_ours_is_never_repeated(host: str) -> None:
    assert StrictHeaders(HERE).policy(host).endswith("connect-src 'self'")


@given(st.text())
def test_no_host_breaks_out_of_the_policy(host: str) -> None:
    policy = StrictHeaders(HERE, lambda _: True).policy(host)
    assert re.fullmatch(r"connect-src 'self'( http://[a-z0-9.-]+:6544 ws://[a-z0-9.-]+:6544)?", policy.split("; ")[-1])


def test_hosts_outside_the_network_domain_are_ours_when_the_directory_says_so() -> None:
    headers = StrictHeaders(HERE, {"hulp.example.net"}.__contains__)
    assert "ws://hulp.example.net:6544" in headers.policy("hulp.example.net")
    assert "6544" not in headers.policy("x.localhost")


@pytest.mark.parametrize(
    "name", ["Content-Security-Policy", "referrer-policy", "SERVER", "X-Frame-Options", "permissions-policy"]
)
def test_an_application_cannot_say_our_headers_for_us(name: str) -> None:
    loose = [(name, "loose"), ("Content-Type", "text/html")]
    headers = named(StrictHeaders(HERE).applied("localhost", 200, loose))
    assert "loose" not in headers.values()
    assert headers["content-type"] == "text/html"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in headers
    assert "camera=()" in headers["permissions-policy"]


def test_what_is_never_a_document_does_without_the_policy_of_features() -> None:
    for kind in ("text/javascript; charset=utf-8", "text/css"):
        headers = named(StrictHeaders(HERE).applied("localhost", 200, [("Content-Type", kind)]))
        assert "permissions-policy" not in headers
        assert "default-src 'none'" in headers["content-security-policy"]
        missing = named(StrictHeaders(HERE).applied("localhost", 404, [("Content-Type", kind)]))
        assert "permissions-policy" in missing


def test_https_is_remembered_only_where_it_is_spoken() -> None:
    assert "strict-transport-security" not in named(StrictHeaders(HERE).applied("localhost", 200, []))
    assert "max-age=" in named(StrictHeaders(IN_EARNEST).applied("x", 404, []))["strict-transport-security"]


@pytest.mark.parametrize(
    "status, said, kept",
    [
        (200, [], False),
        (200, ["no-cache"], True),
        (200, ["public, max-age=31536000, immutable"], True),
        (304, ["public, max-age=31536000, immutable"], True),
        (200, ["max-age=3600"], False),
        (200, ["private, max-age=3600"], False),
        (200, ["public, no-store"], False),
        (200, ["public", "no-cache"], False),
        (404, ["public, max-age=3600"], False),
        (500, ["no-cache"], False),
    ],
)
def test_nothing_is_stored_unless_the_answer_says_it_is_public(status: int, said: list[str], kept: bool) -> None:
    headers = [("Cache-Control", value) for value in said]
    answer = named(StrictHeaders(HERE).applied("localhost", status, headers))
    assert answer["cache-control"] == (said[0] if kept else "no-store")


def test_an_answer_with_a_cookie_is_never_stored() -> None:
    headers = [("Cache-Control", "public, max-age=9"), ("Set-Cookie", "a=b")]
    assert named(StrictHeaders(HERE).applied("localhost", 200, headers))["cache-control"] == "no-store"


def test_what_a_server_says_by_itself_is_strict_too() -> None:
    headers = named(answer_of_the_server_itself())
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["cache-control"] == "no-store"
