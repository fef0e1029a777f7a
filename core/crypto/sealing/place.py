"""Where a sealed thing belongs: bound into everything that is made of an epoch key, and written before it in clear."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from core.crypto.sealing.encoding import Part
from core.crypto.sealing.refusals import SealingRefused

Side = Literal["seeker", "helper"]
VERSION = 1
HEADER = 1 + 16 + 4 + 1
_SIDES: tuple[Side, ...] = ("seeker", "helper")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key belongs. Every sealed thing opens here only."""

    tenant: UUID
    conversation: UUID
    epoch: int
    """1, 2, 3, … as the sender opens them in this conversation."""
    sender: Side
    """Who made the key, and alone sends under it."""

    def parts(self) -> tuple[Part, ...]:
        """For canonical bytes."""
        return (self.tenant, self.conversation, self.epoch, self.sender)

    def header(self) -> bytes:
        """What every sealed thing begins with, in clear: version, conversation, epoch, sender."""
        epoch = self.epoch.to_bytes(4, "big")
        return bytes([VERSION]) + self.conversation.bytes + epoch + bytes([_SIDES.index(self.sender)])

    def check_header(self, blob: bytes, lengths: Callable[[int], bool]) -> None:
        """Raises SealingRefused when a blob says itself that it is from elsewhere, or has a length that none has."""
        if blob[:1] != bytes([VERSION]):
            raise SealingRefused("unknown_version" if blob else "cut_off")
        if not lengths(len(blob)):
            raise SealingRefused("cut_off")
        if blob[1:17] != self.conversation.bytes:
            raise SealingRefused("other_conversation")
        if blob[21:22] != self.header()[21:22]:
            raise SealingRefused("other_sender")
        if blob[17:21] != self.epoch.to_bytes(4, "big"):
            raise SealingRefused("other_epoch")
