"""The frozen vectors in Chromium, from the house's own address, under its headers; each side opens the other's."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser, Page

from core.crypto.sealing import EpochKey, KeysDocument, Place, SealingKey, SigningKey
from core.crypto.sealing.encoding import encode
from core.crypto.sealing.symmetric import decrypt
from core.testing.server import RunningServer
from tests.core.crypto.sealing.world import FILE

pytestmark = pytest.mark.browser

Json = dict[str, Any]
FROZEN: Json = json.loads(FILE.read_text("utf-8"))
CHECKS = (Path(__file__).parent / "checks.js").read_text("utf-8").partition("async (")
ROWS = {
    "rfc9180": 2,
    "encoding": len(FROZEN["encoding"]),
    "base64url": 10,
    "keys": len(FROZEN["keys"]) + 5,
    "readings": len(FROZEN["readings"]),
    "follows": len(FROZEN["follows"]),
    "shifts": len(FROZEN["shifts"]),
    "grants": len(FROZEN["grants"]),
    "opened": sum(2 * len(epoch["messages"]) for epoch in FROZEN["epochs"].values()),
    "madeAgain": 3 * len(FROZEN["epochs"]),
    "deliveries": 2 * len(FROZEN["deliveries"]),
    "links": len(FROZEN["links"]),
    "receipts": len(FROZEN["receipts"]),
    "wrapped": len(FROZEN["wrapped"]["attempts"]),
    "keptIn": 11,
    "waiting": 6,
    "halves": len(FROZEN["halves"]),
    "mistakes": 14,
}
"""Every check, and how many rows it must give."""


def rfc() -> Json:
    """RFC 9180's vector, with its private keys as browsers read them."""
    vector: Json = json.loads((FILE.parent / "rfc9180.json").read_text("utf-8"))
    for name in ("R", "E"):
        key = ec.derive_private_key(int(vector[f"sk{name}m"], 16), ec.SECP256R1())
        vector[f"pkcs8{name}"] = SealingKey(key).to_pkcs8().hex()
    return vector


@pytest.fixture(scope="module")
def page(chromium: Browser, shared_server: RunningServer) -> Iterator[Page]:
    """A page of an organisation, with the checks loaded."""
    window = chromium.new_context()
    opened = window.new_page()
    opened.set_default_timeout(120_000)
    answer = opened.goto(shared_server.address("luisterboom.localhost"))
    assert answer
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    address = str(opened.evaluate("document.querySelector('script[type=module]').src"))
    base = address.rpartition("/")[0] + "/sealing"
    opened.evaluate(CHECKS[1] + CHECKS[2], {"base": base, "vectors": FROZEN, "rfc": rfc()})
    yield opened
    window.close()


@pytest.mark.parametrize("name", ROWS)
def test_the_browser_agrees(page: Page, name: str) -> None:
    rows: list[list[Any]] = page.evaluate("name => checks[name]()", name)
    assert len(rows) == ROWS[name]
    assert [row for row in rows if row[1] != row[2]] == []


def test_what_the_browser_makes_python_believes_and_opens(page: Page) -> None:
    mine = SealingKey.new()
    place = FROZEN["epochs"]["seeker"]["place"]
    tenant, talk = UUID(place["tenant"]), UUID(place["conversation"])
    made: Json = page.evaluate("key => checks.fresh(key)", mine.public.hex())
    document = KeysDocument.read(made["json"], tenant)
    assert document.to_json() == made["json"]
    shift = document.shift(made["shift"], "helper", document.issued)
    key = EpochKey.open(Place(tenant, talk, 7, "helper"), mine, bytes.fromhex(made["granted"]), shift)
    receiver = key.receiver()
    for blob in made["blobs"]:
        receiver.accept(bytes.fromhex(blob), shift.helper)
    opened = [receiver.next(), receiver.next()]
    assert [message.content for message in opened if message] == [b"een", b"twee"]
    receipt = receiver.receipt()
    assert receipt
    assert page.evaluate("receipt => checks.confirm(receipt)", receipt.hex()) == 2
    check_wrapped(made, tenant, shift.helper)


def check_wrapped(made: Json, tenant: UUID, owner: UUID) -> None:
    """The key that the browser made and wrapped is the one that it shows, in the form that was agreed."""
    blob = bytes.fromhex(made["wrapped"]["blob"])
    head, sealed = blob[:27], blob[27:]
    stretched = hashlib.sha256(encode(bytes.fromhex(made["phrase"]), head[11:])).digest()
    secret = decrypt(stretched, sealed, encode("luwte/1 wrapped key", tenant, owner, head))
    assert SigningKey.from_pkcs8(secret).public.hex() == made["wrapped"]["public"]
    assert made["wrapped"]["extractable"] is False
    assert head[:11] == b"\x01\x01" + (64 * 1024).to_bytes(4, "big") + (3).to_bytes(4, "big") + b"\x01"
