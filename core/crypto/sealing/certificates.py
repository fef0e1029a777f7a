"""Who vouches for whom: the organisation's key for a helper's, the helper's for the keys of one shift."""

from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID

from core.crypto.sealing import forms
from core.crypto.sealing.encoding import Part, to_text
from core.crypto.sealing.keys import SigningKey, is_signed
from core.crypto.sealing.refusals import SealingRefused

LONGEST_SHIFT = 5 * 3600
SKEW = 300
"""Seconds that the clock of who made a key may run ahead of the reader's."""


@dataclass(frozen=True, slots=True)
class HelperCertificate:
    """The organisation says: this key is this person's, in this role, from `begins` until `ends` (in seconds)."""

    tenant: UUID
    id: UUID
    name: str
    role: str
    key: bytes
    begins: int
    ends: int
    signature: bytes = b""

    def signed(self, root: SigningKey) -> Self:
        """The same, signed by the organisation's key."""
        return replace(self, signature=root.sign("helper", *self._parts()))

    def check(self, root: bytes, role: str, now: int) -> None:
        """Raises SealingRefused unless the organisation's key signed it, for this role, and it counts now."""
        if not is_signed(root, self.signature, "helper", *self._parts()):
            raise SealingRefused("false_certificate")
        if self.role != role:
            raise SealingRefused("wrong_role")
        check_period(self.begins, self.ends, now)

    def to_form(self) -> dict[str, Any]:
        """As it stands in the list of keys."""
        times = {"begins": self.begins, "ends": self.ends}
        key, signature = to_text(self.key), to_text(self.signature)
        return {"id": str(self.id), "name": self.name, "role": self.role, "key": key, **times, "signature": signature}

    @classmethod
    def from_form(cls, form: object, tenant: UUID) -> Self:
        """Read it; nothing is checked yet. Raises SealingRefused ("malformed")."""
        return cls(tenant=tenant, **forms.read_form(form, _HELPER))

    def _parts(self) -> tuple[Part, ...]:
        return (self.tenant, self.id, self.name, self.role, self.key, self.begins, self.ends)


@dataclass(frozen=True, slots=True)
class ShiftCertificate:
    """A helper says: during this shift, seal to the one key of mine, and believe what the other signs."""

    tenant: UUID
    helper: UUID
    id: UUID
    sealing: bytes
    signing: bytes
    begins: int
    ends: int
    signature: bytes = b""

    def signed(self, identity: SigningKey) -> Self:
        """The same, signed by the helper's own key. Raises SealingRefused ("shift_too_long")."""
        self._check_length()
        return replace(self, signature=identity.sign("shift", *self._parts()))

    def check(self, helper: HelperCertificate, now: int) -> "CheckedShift":
        """Raises SealingRefused unless this helper's key signed it, within its own time, and it counts now."""
        if self.tenant != helper.tenant:
            raise SealingRefused("other_organisation")
        if self.helper != helper.id or not is_signed(helper.key, self.signature, "shift", *self._parts()):
            raise SealingRefused("false_shift")
        self._check_length()
        if self.begins < helper.begins or self.ends > helper.ends:
            raise SealingRefused("expired")
        check_period(self.begins, self.ends, now)
        return CheckedShift(self.tenant, self.helper, self.id, helper.name, self.sealing, self.signing, self.ends)

    def to_form(self) -> dict[str, Any]:
        """As helpers' pages hand it in, and help seekers' pages get it."""
        ids = {"tenant": str(self.tenant), "helper": str(self.helper), "id": str(self.id)}
        keys = {"sealing": to_text(self.sealing), "signing": to_text(self.signing)}
        return {**ids, **keys, "begins": self.begins, "ends": self.ends, "signature": to_text(self.signature)}

    @classmethod
    def from_form(cls, form: object) -> Self:
        """Read it; nothing is checked yet. Raises SealingRefused ("malformed")."""
        return cls(**forms.read_form(form, _SHIFT))

    def _check_length(self) -> None:
        if self.ends - self.begins > LONGEST_SHIFT:
            raise SealingRefused("shift_too_long")

    def _parts(self) -> tuple[Part, ...]:
        return (self.tenant, self.helper, self.id, self.sealing, self.signing, self.begins, self.ends)


@dataclass(frozen=True, slots=True)
class CheckedShift:
    """A shift whose whole chain was checked: only to such a one is a conversation's key given.

    `KeysDocument.shift` makes it.
    """

    tenant: UUID
    helper: UUID
    id: UUID
    name: str
    """The helper's, as the organisation wrote it."""
    sealing: bytes
    signing: bytes
    ends: int
    """When it is over."""


def check_period(begins: int, ends: int, now: int) -> None:
    """Raises SealingRefused ("not_yet", "expired") when now is not between both."""
    if now + SKEW < begins:
        raise SealingRefused("not_yet")
    if now >= ends:
        raise SealingRefused("expired")


_TIMES: dict[str, forms.Reader] = {"begins": forms.number, "ends": forms.number, "signature": forms.signature}
_HELPER: dict[str, forms.Reader] = {
    "id": forms.uuid,
    "name": forms.words,
    "role": forms.words,
    "key": forms.public_key,
    **_TIMES,
}
_SHIFT: dict[str, forms.Reader] = {
    "tenant": forms.uuid,
    "helper": forms.uuid,
    "id": forms.uuid,
    "sealing": forms.public_key,
    "signing": forms.public_key,
    **_TIMES,
}
