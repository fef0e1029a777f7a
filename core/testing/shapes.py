"""Every shape in which a word could have been kept: what a search for canaries looks for."""

import base64
import hashlib
from collections.abc import Mapping


def shapes(canary: str) -> Mapping[str, bytes]:
    """The canary as it could have been kept, by the name of the shape."""
    plain = canary.encode()
    return {"plain": plain, "utf-16": canary.encode("utf-16-le"), **encoded("", plain)}


def encoded(name: str, content: bytes) -> dict[str, bytes]:
    """Bytes in hex, in base64 at each place of a longer text, and as unsalted hashes; `name` stands before each."""
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
