"""Whose address counts, with and without proxies, whatever the headers hold."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.anonymity.addresses import TrustedProxies, parse_address, prefix, require_trusted_proxies
from core.errors import LuwteError

PROXY = "10.0.0.7"
PROXIES = TrustedProxies(["10.0.0.0/8", "fd00::/8"])
strangers = st.ip_addresses().filter(lambda a: not PROXIES.holds(parse_address(str(a)) or a))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("203.0.113.9", "203.0.113.9"),
        (" 203.0.113.9:4711 ", "203.0.113.9"),
        ('"[2001:db8::9]:4711"', "2001:db8::9"),
        ("2001:db8::9", "2001:db8::9"),
        ("fe80::9%eth0", "fe80::9"),
        ("[fe80::9%25en1]", "fe80::9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_an_address_is_found_in_every_way_of_writing_it(text: str, expected: str) -> None:
    assert parse_address(text) == ip_address(expected)


@pytest.mark.parametrize("text", [None, "", "unknown", "_hidden", "localhost", "999.1.1.1", "[", "1.2.3.4.5", ":::1"])
def test_what_is_no_address_is_none(text: str | None) -> None:
    assert parse_address(text) is None


@given(st.text())
def test_garbage_never_raises(text: str) -> None:
    assert parse_address(text) is None or isinstance(parse_address(text), IPv4Address | IPv6Address)


def test_without_trusted_proxies_the_peer_counts_and_the_header_is_a_lie() -> None:
    assert TrustedProxies([]).visitor_address("203.0.113.9", ["198.51.100.1"]) == ip_address("203.0.113.9")


@given(strangers, st.lists(st.text(st.characters(exclude_characters=","))))
def test_the_right_most_stranger_counts_whatever_it_claims_before_itself(address: object, lies: list[str]) -> None:
    header = ",".join([*lies, str(address), "10.1.2.3"])
    assert PROXIES.visitor_address(PROXY, [header]) == parse_address(str(address))


def test_several_headers_are_read_as_one_list_in_their_order() -> None:
    assert PROXIES.visitor_address(PROXY, ["198.51.100.1, 203.0.113.9", "10.9.9.9"]) == ip_address("203.0.113.9")


@pytest.mark.parametrize("headers", [[], ["10.1.1.1"], ["unknown"], ["203.0.113.9, unknown"], [""]])
def test_an_address_that_cannot_be_known_is_none_never_the_proxys(headers: list[str]) -> None:
    assert PROXIES.visitor_address(PROXY, headers) is None


def test_an_ipv4_proxy_seen_through_an_ipv6_socket_is_still_trusted() -> None:
    assert PROXIES.visitor_address("::ffff:10.0.0.7", ["203.0.113.9"]) == ip_address("203.0.113.9")


def test_an_ipv6_address_is_blurred_to_56_bits_and_an_ipv4_one_is_kept() -> None:
    assert prefix(IPv6Address("2001:db8:1:23ff::1")) == prefix(IPv6Address("2001:db8:1:2300:ffff::2"))
    assert prefix(IPv6Address("2001:db8:1:2300::1")) != prefix(IPv6Address("2001:db8:1:2400::1"))
    assert prefix(IPv4Address("203.0.113.9")) != prefix(IPv4Address("203.0.113.8"))


def test_production_without_proxies_is_refused_with_a_sentence_that_names_the_setting() -> None:
    with pytest.raises(LuwteError, match=r"luwte\.trusted_proxies must name the proxy"):
        require_trusted_proxies("production", [])
    assert require_trusted_proxies("development", []).holds(IPv4Address("127.0.0.1")) is False
    assert require_trusted_proxies("production", ["127.0.0.1"]).holds(IPv4Address("127.0.0.1"))


def test_a_wrong_network_is_refused_without_being_shown() -> None:
    with pytest.raises(LuwteError, match="write addresses such as") as caught:
        TrustedProxies(["proxy.secret.example"])
    assert "secret" not in str(caught.value)
