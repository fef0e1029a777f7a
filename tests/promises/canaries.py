"""Canaries: what somebody's request says of them, in every shape in which it could have been kept."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from pathlib import Path

from core.testing.shapes import encoded
from core.testing.shapes import shapes as shapes_of_text

PEER = "127.77.66.55"
ADDRESSES = {
    "peer": PEER,
    "X-Forwarded-For": "203.0.113.77",
    "X-Forwarded-For (IPv6)": "2001:db8:77:6655:4433:2211:beef:77",
    "Forwarded": "198.51.100.177",
    "X-Real-IP": "192.0.2.217",
}
WORDS = {
    "User-Agent": "CanaryBrowser/77.66 (Canarix 5)",
    "Accept-Language": "x-canarytongue",
    "Referer": "http://canary-referrer.example/where-i-was",
}
HEADERS = {
    "X-Forwarded-For": f"{ADDRESSES['X-Forwarded-For (IPv6)']}, {ADDRESSES['X-Forwarded-For']}",
    "x-forwarded-host": ADDRESSES["Forwarded"],
    "Forwarded": f'for="{ADDRESSES["Forwarded"]}:4711";proto=https',
    "X-Real-IP": ADDRESSES["X-Real-IP"],
    "True-Client-IP": ADDRESSES["X-Real-IP"],
    "CF-Connecting-IP": ADDRESSES["X-Real-IP"],
    "X_Forwarded_For": ADDRESSES["X-Forwarded-For"],
    "Via": f"1.1 {ADDRESSES['X-Forwarded-For']}",
    "Sec-CH-UA": WORDS["User-Agent"],
    **WORDS,
}


def shapes(canary: str) -> Mapping[str, bytes]:
    """The canary as it could have been kept, by the name of the shape."""
    found = dict(shapes_of_text(canary))
    try:
        address = ip_address(canary)
    except ValueError:
        return found
    packed = address.packed
    number = {"number": str(int(address)).encode(), "exploded": address.exploded.encode()}
    return found | {"packed": packed} | encoded("packed ", packed) | number


def hits(content: bytes, where: str) -> list[str]:
    """Where and in which shape any canary stands in `content`."""
    lowered = content.lower()
    return [
        f"{name} ({shape}) in {where}"
        for name, canary in {**ADDRESSES, **WORDS}.items()
        for shape, needle in shapes(canary).items()
        if needle in content or (shape == "plain" and needle.lower() in lowered)
    ]


def hits_in_files(files: Iterable[Path]) -> tuple[int, int, list[str]]:
    """Number of files, bytes in all, and every hit in them."""
    count, size, found = 0, 0, []
    for file in files:
        content = file.read_bytes()
        count, size = count + 1, size + len(content)
        found += hits(content, file.name)
    return count, size, found
