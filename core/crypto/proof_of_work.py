"""Proof of work: a sum that a page does once, so that a flood costs whoever makes it. By ALTCHA's protocol, version 2.

A page is given a nonce, a salt and half of a key, and finds the counter whose PBKDF2 key begins with that half. What it
is for (organisation, action, until when) is signed here by a digest of our own in which every part stands behind its
length: in older versions of the protocol parts could be shifted into each other (CVE-2025-68113).
"""

import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from altcha import Challenge, Payload, create_challenge, solve_challenge, verify_solution

from core.crypto.keyring import KeyRing
from core.crypto.tokens import choose, digest, equal, new_token

ALGORITHM = "PBKDF2/SHA-256"
COST = 2000
"""Rounds of one try: half a millisecond for us, and few enough tries that a page's own overhead does not count."""
LONGEST_PAYLOAD = 3000
"""Characters of a solved challenge; ours have some 900."""

_SIGNED, _FOUND, _BOUND = "proof-of-work-signed", "proof-of-work-found", "proof-of-work-bound"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a piece of work is done for: at which organisation, for which action, until when."""

    tenant: bytes
    action: str
    expires: datetime


def make_challenge(keys: KeyRing, purpose: Purpose, tries: int) -> dict[str, Any]:
    """A challenge that takes `tries` at most, half of them on average, as the page gets it."""
    key, once, until = keys.secret("proof-of-work"), new_token(), int(purpose.expires.timestamp())
    made = create_challenge(
        ALGORITHM,
        COST,
        counter=choose(range(tries)),
        data={"once": once, "until": until, "for": _bound(key, purpose.tenant, purpose.action, until, once)},
        hmac_secret=digest(key, _SIGNED),
        hmac_key_secret=digest(key, _FOUND),
    )
    found: dict[str, Any] = made.to_dict()
    return found


def solved(keys: KeyRing, tenant: bytes, action: str, payload: str, now: datetime) -> str | None:
    """The name of a challenge of ours for this organisation and action that was solved in time; None for all else.

    Whether the name was used before is for the caller to say: each counts once.
    """
    if len(payload) > LONGEST_PAYLOAD:
        return None
    try:
        given = Payload.from_base64(payload)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
        return None
    key, data = keys.secret("proof-of-work"), given.challenge.parameters.data
    if not isinstance(data, dict) or not _is_ours(key, given.challenge, tenant, action, data):
        return None
    if now.timestamp() >= data["until"]:
        return None
    result = verify_solution(given, digest(key, _SIGNED), hmac_key_secret=digest(key, _FOUND))
    return str(data["once"]) if result.verified else None


def _is_ours(key: bytes, challenge: Challenge, tenant: bytes, action: str, data: Mapping[str, Any]) -> bool:
    once, until, bound = data.get("once"), data.get("until"), data.get("for")
    if not isinstance(once, str) or type(until) is not int or not isinstance(bound, str):
        return False
    return challenge.parameters.algorithm == ALGORITHM and equal(bound, _bound(key, tenant, action, until, once))


def _bound(key: bytes, tenant: bytes, action: str, until: int, once: str) -> str:
    return digest(key, _BOUND, tenant, action, str(until), once).hex()


def solve(challenge: Mapping[str, Any]) -> str:
    """Does the work as a page does, for tests and measurements. Raises ValueError for what cannot be solved."""
    read = Challenge.from_dict(dict(challenge))
    found = solve_challenge(read)
    if found is None:
        raise ValueError("this challenge was not solved within the library's patience")
    return Payload(read, found).to_base64()
