"""The two sides of a sealed conversation without a browser, for tests over sockets, benches and fault tests.

They make and open what pages send: entries for `chat.join`, `chat.send` and `chat.grant`, and receipts. Which socket
carries it, and when, is the test's own affair.

    seeker = SeekerTalk(tenant_id, conversation)
    answer = await socket.ask("chat.join", {"intake": seeker.intake({"name": "Vlinder"})})
    helper = HelperTalk(tenant_id, conversation, shift)        # a Shift of core.testing.keys
    for entry in seeker.grants(shift_checked): ...             # each is sent as chat.grant
    for message in helper.take(entry): print(message.content)  # every entry that arrives, in order
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID, uuid4

from core.crypto.sealing import (
    REASONS,
    CheckedShift,
    EpochKey,
    Place,
    Receiver,
    SealingKey,
    SealingRefused,
    Sender,
    ShiftCertificate,
    SigningKey,
)
from core.crypto.sealing.encoding import from_text, to_text
from core.crypto.sealing.keys import reader_of
from core.crypto.sealing.place import HEADER, Side

__all__ = ["REASONS", "HelperTalk", "Message", "OpenShift", "SeekerTalk", "Talk", "checked"]

Json = dict[str, Any]

_GRANT, _SIGNED, _READER, _LINK = HEADER + 65 + 48, HEADER + 65 + 48 + 64, 16, 32


class OpenShift(Protocol):
    """As much of a helper's open shift as sealing takes; `core.testing.keys.Shift` is one."""

    @property
    def certificate(self) -> Mapping[str, Any]:
        """Its JSON form."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def sealing(self) -> SealingKey:
        """What help seekers seal to."""

    @property
    def signing(self) -> SigningKey:
        """What signs a helper's grants."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the other side, opened."""

    seq: int
    client_id: UUID
    kind: str
    content: Json


@dataclass(slots=True)
class _Epoch:
    key: EpochKey
    receiver: Receiver
    entries: dict[UUID, Json] = field(default_factory=dict)


class Talk:
    """What both sides have in common."""

    def __init__(self, tenant: UUID, conversation: UUID | str, side: Side) -> None:
        """Nothing is sealed or opened yet."""
        self.tenant, self.conversation, self.side = tenant, UUID(str(conversation)), side
        self._epochs: dict[tuple[str, int], _Epoch] = {}
        self._held: dict[tuple[str, int], list[Json]] = {}
        self._own: tuple[int, EpochKey, Sender] | None = None
        self.refused: list[str] = []
        """The codes of what was not accepted."""

    def entry(self, content: Mapping[str, Any], client_id: UUID | None = None) -> Json:
        """A message, sealed, as a page sends it."""
        if self._own is None:
            raise AssertionError("no key to seal under yet")
        made = client_id or uuid4()
        return _entry(self._own[2].seal(json.dumps(content).encode(), made), made)

    def take(self, entry: Mapping[str, Any]) -> list[Message]:
        """Takes in an entry; gives what can be opened now, in order. What is refused stands in `refused`."""
        try:
            return list(self._take(dict(entry)))
        except SealingRefused as refusal:
            self.refused.append(refusal.code)
            return []

    def receipts(self) -> Iterator[str]:
        """The proof for each epoch of the other side that all so far was opened, as `chat.confirm` carries it."""
        for (side, _), epoch in self._epochs.items():
            receipt = epoch.receiver.receipt() if side != self.side else None
            if receipt is not None:
                yield to_text(receipt)

    def confirm(self, receipt: str) -> int:
        """The number up to which the other side has opened everything of mine. Raises SealingRefused."""
        if self._own is None:
            raise SealingRefused("not_sent")
        return self._own[2].confirm(from_text(receipt))

    def _take(self, entry: Json) -> Iterator[Message]:
        body = from_text(entry["body"])
        name = (str(entry["sender"]), int.from_bytes(body[17:21], "big"))
        if entry["sender"] == self.side:
            return
        if entry["kind"] == "grant":
            key = self._open_grant(self._place(name), body)
            if key is not None and name not in self._epochs:
                self._epochs[name] = _Epoch(key, key.receiver())
                for held in self._held.pop(name, []):
                    yield from self._open(self._epochs[name], held)
        elif name in self._epochs:
            yield from self._open(self._epochs[name], entry)
        else:
            self._held.setdefault(name, []).append(entry)

    def _open(self, epoch: _Epoch, entry: Json) -> Iterator[Message]:
        client_id = UUID(entry["client_id"])
        epoch.receiver.accept(from_text(entry["body"]), client_id)
        epoch.entries[client_id] = entry
        while (opened := epoch.receiver.next()) is not None:
            sent = epoch.entries.pop(opened.client_id)
            content = json.loads(opened.content)
            self._on_content(content)
            yield Message(sent["seq"], opened.client_id, sent["kind"], content)

    def _make_epoch(self) -> EpochKey:
        number = self._own[0] + 1 if self._own else 1
        key = EpochKey.new(Place(self.tenant, self.conversation, number, self.side))
        self._own = (number, key, key.sender())
        return key

    def _place(self, name: tuple[str, int]) -> Place:
        return Place(self.tenant, self.conversation, name[1], "seeker" if name[0] == "seeker" else "helper")

    def _open_grant(self, place: Place, body: bytes) -> EpochKey | None:
        """The key in a grant; whoever is neither side only speaks, and opens none."""
        return None

    def _on_content(self, content: Json) -> None:
        """For what a side learns from a message."""


class SeekerTalk(Talk):
    """The help seeker's side."""

    def __init__(self, tenant: UUID, conversation: UUID | str) -> None:
        """With a fresh key pair, and the first epoch."""
        super().__init__(tenant, conversation, "seeker")
        self.pair = SealingKey.new()
        self._key = self._make_epoch()
        self._shifts: dict[bytes, CheckedShift] = {}

    def intake(self, answers: Mapping[str, Any]) -> Json:
        """The first message: the answers, and the key to which helpers seal theirs."""
        return self.entry({"key": to_text(self.pair.public), **answers})

    def grant(self, shift: CheckedShift) -> Json:
        """My key for a checked shift, as `chat.grant` carries it."""
        self._shifts[shift.id.bytes] = shift
        return _entry(self._key.grant(shift) + shift.id.bytes, uuid4())

    def _open_grant(self, place: Place, body: bytes) -> EpochKey | None:
        shift = self._shifts.get(body[-_READER:])
        return EpochKey.open(place, self.pair, body[:_SIGNED], shift) if shift else None


class HelperTalk(Talk):
    """The helper's side."""

    def __init__(self, tenant: UUID, conversation: UUID | str, shift: OpenShift) -> None:
        """Reads with the keys of an open shift."""
        super().__init__(tenant, conversation, "helper")
        self.shift = shift
        self.seeker_key = b""

    def grant(self) -> Json:
        """A key of mine for the help seeker and my own shift, as `chat.grant` carries it; `entry` seals under it."""
        if not self.seeker_key:
            raise AssertionError("the help seeker's key is not known yet")
        key, signing = self._make_epoch(), self.shift.signing
        theirs, reader = (
            key.grant(self.seeker_key, signing),
            reader_of(self.seeker_key),
        )
        mine = key.grant(checked(self.shift.certificate), signing)
        return _entry(theirs + reader + mine + self.shift.id.bytes, uuid4())

    @property
    def may_speak(self) -> bool:
        """Whether a key of mine was made."""
        return self._own is not None

    def _open_grant(self, place: Place, body: bytes) -> EpochKey | None:
        if body[_GRANT : _GRANT + _READER] != self.shift.id.bytes:
            return None
        return EpochKey.open(place, self.shift.sealing, body[:_GRANT])

    def _on_content(self, content: Json) -> None:
        self.seeker_key = from_text(content["key"]) if "key" in content else self.seeker_key


def checked(certificate: Mapping[str, Any]) -> CheckedShift:
    """A shift as if its chain had been checked: in tests that are about something else."""
    shift = ShiftCertificate.from_form(dict(certificate))
    return CheckedShift(shift.tenant, shift.helper, shift.id, "", shift.sealing, shift.signing, shift.ends)


def _entry(blob: bytes, client_id: UUID) -> Json:
    return {"client_id": str(client_id), "version": 1, "body": to_text(blob)}
