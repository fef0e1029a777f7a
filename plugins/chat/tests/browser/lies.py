"""A server that lies: it stands on the wire before a page, and tells something else in the place of the truth."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from playwright.sync_api import Page, WebSocketRoute

from core.testing.sealed_talk import SeekerTalk, checked

Json = dict[str, Any]
Lie = Callable[["Wire", str, Json], list[Json]]


@dataclass
class Wire:
    """What a page's socket hears passes here. `lie` gives what is told in the place of something that was told."""

    lie: Lie = lambda _wire, _event, told: [told]
    kept: list[Json] = field(default_factory=list)
    """What a lie remembers."""
    told_lies: int = 0

    def stand_before(self, page: Page) -> None:
        """From now on the page's sockets go through here."""
        page.route_web_socket(re.compile(r"/socket\.io/"), self._route)

    def _route(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: self._pass(socket, str(message)))

    def _pass(self, socket: WebSocketRoute, message: str) -> None:
        head = re.match(r"4([23])\d*", message)
        if head is None:
            socket.send(message)
            return
        said = json.loads(message[head.end() :])
        if head[1] == "2":
            for told in self.lie(self, said[0], said[1]):
                socket.send(f"42{json.dumps([said[0], told])}")
        else:
            socket.send(head[0] + json.dumps([self._answer(said[0])] if said else []))

    def _answer(self, answer: Json) -> Json:
        """An answer that holds entries lies about them too."""
        if "entries" not in answer:
            return next(iter(self.lie(self, "answer", answer)), answer)
        return {
            **answer,
            "entries": [told for entry in answer["entries"] for told in self.lie(self, "chat.entry", entry)],
        }


def body_of(entry: Json) -> bytes:
    return base64.urlsafe_b64decode(entry["body"] + "=" * (-len(entry["body"]) % 4))


def with_body(entry: Json, body: bytes) -> Json:
    return {**entry, "body": base64.urlsafe_b64encode(body).rstrip(b"=").decode()}


def about(kind: str) -> Callable[[Callable[[Wire, Json], list[Json]]], Lie]:
    """A lie about the other side's entries of one kind; all else passes."""

    def make(lie: Callable[[Wire, Json], list[Json]]) -> Lie:
        @wraps(lie)
        def told(wire: Wire, event: str, payload: Json) -> list[Json]:
            if event != "chat.entry" or payload.get("kind") != kind:
                return [payload]
            return lie(wire, payload)

        return told

    return make


@about("message")
def changed(_wire: Wire, entry: Json) -> list[Json]:
    body = body_of(entry)
    return [with_body(entry, body[:-1] + bytes([body[-1] ^ 1]))]


@about("message")
def truncated(_wire: Wire, entry: Json) -> list[Json]:
    return [with_body(entry, body_of(entry)[:-16])]


@about("message")
def swapped(wire: Wire, entry: Json) -> list[Json]:
    wire.kept.append(entry)
    if len(wire.kept) != 2:
        return [] if len(wire.kept) < 2 else [entry]
    first, second = wire.kept
    return [with_body(first, body_of(second)), with_body(second, body_of(first))]


@about("message")
def replayed(wire: Wire, entry: Json) -> list[Json]:
    wire.kept.append(entry)
    entry = {**entry, "seq": entry["seq"] + (len(wire.kept) > 1)}
    return [entry, {**entry, "seq": entry["seq"] + 1}] if len(wire.kept) == 1 else [entry]


@about("message")
def reordered(wire: Wire, entry: Json) -> list[Json]:
    wire.kept.append(entry)
    if len(wire.kept) != 2:
        return [] if len(wire.kept) < 2 else [entry]
    first, second = wire.kept
    return [{**second, "seq": first["seq"]}, {**first, "seq": second["seq"]}]


@about("message")
def dropped(wire: Wire, entry: Json) -> list[Json]:
    wire.kept.append(entry)
    return [] if len(wire.kept) == 1 else [{**entry, "seq": entry["seq"] - 1}]


@about("message")
def withheld(wire: Wire, entry: Json) -> list[Json]:
    wire.kept = wire.kept or [entry]
    return [] if entry["seq"] == wire.kept[0]["seq"] else [entry]


@about("message")
def from_another_conversation(_wire: Wire, entry: Json) -> list[Json]:
    body = body_of(entry)
    return [with_body(entry, body[:1] + uuid4().bytes + body[17:])]


@about("message")
def from_nobody(_wire: Wire, entry: Json) -> list[Json]:
    """A message that claims to be the other's, under a key that nobody gave."""
    body = body_of(entry)
    return [with_body(entry, body[:17] + (77).to_bytes(4, "big") + body[21:])]


@about("grant")
def false_grant(_wire: Wire, entry: Json) -> list[Json]:
    body = body_of(entry)
    if entry["sender"] != "helper":
        return [entry]
    return [with_body(entry, body[:198] + bytes([body[198] ^ 1]) + body[199:])]


@about("grant")
def own_key(wire: Wire, entry: Json) -> list[Json]:
    """A key of the server's own, sealed to the helper's shift in the place of the visitor's."""
    mine = SeekerTalk(UUID(str(wire.kept[0]["tenant"])), entry["conversation"])
    return [{**entry, "body": mine.grant(checked(wire.kept[0]))["body"]}]


def ghost(wire: Wire, event: str, told: Json) -> list[Json]:
    """Somebody who reads along: a grant that no shift has signed, in the place of a message after the true one."""
    if event != "chat.entry" or told["sender"] != "helper":
        return [told]
    if told["kind"] == "grant":
        wire.kept = wire.kept or [told]
        return [told]
    body = body_of(wire.kept[0])
    forged = body[:17] + (9).to_bytes(4, "big") + body[21:]
    return [{**with_body(told, forged), "kind": "grant", "client_id": str(uuid4())}]


def false_shift(_wire: Wire, event: str, told: Json) -> list[Json]:
    """Keys of the server's own in the place of the helper's."""
    if event != "chat.state" or not told.get("shift"):
        return [told]
    forged = SeekerTalk(uuid4(), uuid4()).pair.public
    key = base64.urlsafe_b64encode(forged).rstrip(b"=").decode()
    return [{**told, "shift": {**told["shift"], "sealing": key}}]


def unknown_helper(_wire: Wire, event: str, told: Json) -> list[Json]:
    """A helper who is on nobody's list."""
    if event != "chat.state" or not told.get("shift"):
        return [told]
    return [{**told, "shift": {**told["shift"], "helper": str(uuid4())}}]


def false_receipt(_wire: Wire, event: str, told: Json) -> list[Json]:
    if event != "chat.confirmed":
        return [told]
    end = "A" if told["receipt"][40] != "A" else "B"
    return [{**told, "receipt": told["receipt"][:40] + end + told["receipt"][41:]}]


def no_receipt(_wire: Wire, event: str, told: Json) -> list[Json]:
    return [] if event == "chat.confirmed" else [told]
