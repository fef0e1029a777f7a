"""Canaries: what somebody's request says of them, in every shape in which it could have been kept."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from pathlib import Path

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
    plain = canary.encode()
    found = {"plain": plain, "utf-16": canary.encode("utf-16-le")} | _encoded("", plain)
    try:
        address = ip_address(canary)
    except ValueError:
        return found
    packed = address.packed
    number = {"number": str(int(address)).encode(), "exploded": address.exploded.encode()}
    return found | {"packed": packed} | _encoded("packed ", packed) | number


def _encoded(name: str, content: bytes) -> dict[str, bytes]:
    found = {f"{name}hex": content.hex().encode(), f"{name}HEX": content.hex().upper().encode()}
    # Base64 of a part of a longer text: at each of three positions, without the letters that its neighbours share.
    for offset in range(3):
        letters = base64.b64encode(b"\0" * offset + content)
        middle = letters[-(-offset * 8 // 6) : len(letters) - 4]
        if len(middle) >= 6:
            found[f"{name}base64 at {offset}"] = middle
    for algorithm in ("md5", "sha1", "sha256"):
        hashed = hashlib.new(algorithm, content, usedforsecurity=False).digest()
        found[f"{name}{algorithm}"] = hashed
        found[f"{name}{algorithm} in hex"] = hashed.hex()[:24].encode()
        found[f"{name}{algorithm} in base64"] = base64.b64encode(hashed)[:24]
    return found


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
