"""Random tokens, digests, fingerprints and short-lived signed claims."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

T = TypeVar("T")


def new_token() -> str:
    """32 random bytes as 43 url-safe characters: too many to guess, fit for a cookie or an address."""
    return secrets.token_urlsafe(32)


def choose(options: Sequence[T]) -> T:
    """One of the options, each as likely as the others, unpredictable."""
    return secrets.choice(options)


def digest(key: bytes, purpose: str, *parts: str | bytes) -> bytes:
    """HMAC-SHA-256 over purpose and parts (32 bytes).

    Every part goes in behind its length, so that ("ab", "c") and ("a", "bc") differ. Different uses of one key name
    different purposes, so that a digest made for one is never valid for another.
    """
    mac = hmac.new(key, digestmod=hashlib.sha256)
    for part in (purpose, *parts):
        content = _bytes(part)
        mac.update(len(content).to_bytes(8, "big"))
        mac.update(content)
    return mac.digest()


def fingerprint(content: bytes) -> str:
    """The SHA-256 of public content (an asset, a brand) as 64 hex digits. Not for secrets or anything guessable."""
    return hashlib.sha256(content).hexdigest()


def fingerprint_of(parts: Iterable[bytes]) -> str:
    """The same of content that comes in parts, because it is too large to hold."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part)
    return whole.hexdigest()


def equal(left: str | bytes, right: str | bytes) -> bool:
    """Whether two secrets are the same, taking the same time wherever they differ."""
    return hmac.compare_digest(_bytes(left), _bytes(right))


def sign(key: bytes, purpose: str, claims: Mapping[str, Any], expires: datetime) -> str:
    """A token that carries `claims` (JSON values, readable by whoever holds it) until `expires` (aware)."""
    body = {"claims": dict(claims), "expires": expires.timestamp()}
    payload = _text(json.dumps(body, separators=(",", ":"), sort_keys=True).encode())
    return f"{payload}.{_signature(key, purpose, payload)}"


def read(key: bytes, purpose: str, token: str, now: datetime) -> dict[str, Any] | None:
    """The claims of a token signed for this purpose, or None when it is forged, damaged, foreign or expired.

    The signature is compared as text: base64 has several spellings of one value, and only ours is accepted.
    """
    payload, dot, signature = token.partition(".")
    if not dot or not equal(signature, _signature(key, purpose, payload)):
        return None
    body = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    if now.timestamp() >= body["expires"]:
        return None
    claims: dict[str, Any] = body["claims"]
    return claims


def _signature(key: bytes, purpose: str, payload: str) -> str:
    return _text(digest(key, f"signed:{purpose}", payload))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _bytes(value: str | bytes) -> bytes:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
