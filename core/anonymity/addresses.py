"""Whose address a request comes from, seen through the proxies that are trusted, and how it is blurred."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from core.errors import LuwteError

Address = IPv4Address | IPv6Address

# One household or school has one IPv4 address, or one IPv6 network of this many bits.
_IPV6_BITS = 56


class TrustedProxies:
    """The proxies whose X-Forwarded-For is believed."""

    def __init__(self, networks: Iterable[str]) -> None:
        """`networks` are addresses or CIDR networks. Raises LuwteError for anything else, without showing it."""
        self._networks = tuple(_network(word) for word in networks)

    def holds(self, address: Address) -> bool:
        """Whether the address is one of the trusted proxies."""
        return any(address.version == network.version and address in network for network in self._networks)

    def visitor_address(self, peer: str | None, forwarded_for: Sequence[str]) -> Address | None:
        """The right-most address that is no trusted proxy; None when it cannot be known.

        `peer` is who holds the connection, `forwarded_for` the values of the X-Forwarded-For headers in their order.
        What stands left of the first stranger was written by that stranger, so it is never read.
        """
        hops = [hop for value in forwarded_for for hop in value.split(",")]
        address = parse_address(peer)
        while address is not None and self.holds(address):
            if not hops:
                return None
            address = parse_address(hops.pop())
        return address


def parse_address(text: str | None) -> Address | None:
    """The address in `text`, with or without port, brackets, quotes or zone; None when there is none.

    An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
    """
    if text is None:
        return None
    try:
        address = ip_address(_bare(text))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def prefix(address: Address) -> bytes:
    """The part of the address that tags are made of: all of an IPv4 address, the first 56 bits of an IPv6 one."""
    bits = 32 if isinstance(address, IPv4Address) else _IPV6_BITS
    return ip_network((address.packed, bits), strict=False).network_address.packed


def _bare(text: str) -> str:
    text = text.strip().strip('"').strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return text.partition("%")[0]


def _network(word: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(word, strict=False)
    except ValueError:
        raise LuwteError(
            "luwte.trusted_proxies holds something that is no address or network: "
            "write addresses such as 127.0.0.1 or networks such as 10.0.0.0/8 in the ini file."
        ) from None


def require_trusted_proxies(environment: str, networks: Sequence[str]) -> TrustedProxies:
    """The trusted proxies. Raises LuwteError when production names none: everybody would share the proxy's address."""
    if environment == "production" and not networks:
        raise LuwteError(
            "In production luwte.trusted_proxies must name the proxy in front of Luwte (such as 127.0.0.1): "
            "without it nobody's address can be told apart from the proxy's. Add it to the ini file."
        )
    return TrustedProxies(networks)
