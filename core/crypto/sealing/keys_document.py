"""`keys.json`: an organisation's list of keys, one file a version, each following on the one before it.

It is honest because it is a file beside the pages, never a row of the database, and because the organisation's key,
which no server has, signs it as a whole: nobody can leave a revocation out of it, or pass an old list off as a new one.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID

from core.crypto.sealing import forms
from core.crypto.sealing.certificates import CheckedShift, HelperCertificate, ShiftCertificate
from core.crypto.sealing.encoding import Part, encode, to_text
from core.crypto.sealing.keys import SigningKey, is_signed
from core.crypto.sealing.refusals import SealingRefused

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Succession:
    """The organisation's old key says: the new one takes my place."""

    old: bytes
    new: bytes
    at: int
    signature: bytes = b""

    def signed(self, tenant: UUID, old_root: SigningKey) -> Self:
        """The same, signed by the old key."""
        return replace(self, signature=old_root.sign("succession", tenant, self.old, self.new, self.at))

    def check(self, tenant: UUID) -> None:
        """Raises SealingRefused ("false_succession")."""
        if not is_signed(self.old, self.signature, "succession", tenant, self.old, self.new, self.at):
            raise SealingRefused("false_succession")


@dataclass(frozen=True, slots=True)
class Revocation:
    """A key that must not be believed any more, whoever shows it: lost, or of somebody who has left."""

    key: bytes
    at: int


@dataclass(frozen=True, slots=True)
class KeysDocument:
    """One version of the list. `read` gives a checked one; `signed` makes one."""

    tenant: UUID
    version: int
    issued: int
    root: bytes
    previous: bytes = bytes(32)
    """The digest of the version before this one; zeros for the first."""
    successions: tuple[Succession, ...] = ()
    helpers: tuple[HelperCertificate, ...] = ()
    revoked: tuple[Revocation, ...] = ()
    signature: bytes = b""

    def signed(self, root: SigningKey) -> Self:
        """The same, signed by the organisation's key."""
        return replace(self, signature=root.sign("keys", *self._parts()))

    @property
    def digest(self) -> bytes:
        """What the next version names as its previous one."""
        return hashlib.sha256(encode("luwte/1 keys", *self._parts())).digest()

    def shift(self, given: object, role: str, now: int) -> CheckedShift:
        """The keys of a helper's shift, the whole chain checked: organisation, helper, shift, time, role, revocation.

        `given` is the shift's certificate as the server handed it over. Raises SealingRefused.
        """
        shift = ShiftCertificate.from_form(given)
        if shift.tenant != self.tenant:
            raise SealingRefused("other_organisation")
        return shift.check(self.helper(shift.helper, role, now), now)

    def helper(self, helper_id: UUID, role: str, now: int) -> HelperCertificate:
        """A helper's own key, checked. Raises SealingRefused."""
        found = next((helper for helper in self.helpers if helper.id == helper_id), None)
        if found is None:
            raise SealingRefused("unknown_helper")
        if any(revocation.key == found.key for revocation in self.revoked):
            raise SealingRefused("revoked")
        found.check(self.root, role, now)
        return found

    def to_json(self) -> str:
        """The file."""
        form = {
            "format": FORMAT,
            "tenant": str(self.tenant),
            "version": self.version,
            "issued": self.issued,
            "root": to_text(self.root),
            "previous": to_text(self.previous),
            "successions": [_succession_form(succession) for succession in self.successions],
            "helpers": [helper.to_form() for helper in self.helpers],
            "revoked": [{"key": to_text(revocation.key), "at": revocation.at} for revocation in self.revoked],
            "signature": to_text(self.signature),
        }
        return json.dumps(form, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, text: str | bytes, tenant: UUID) -> Self:
        """The list of keys of this organisation, in itself checked. Raises SealingRefused.

        Whether it follows on what was seen before is for `Trust`.
        """
        given = forms.read_json(text)
        if isinstance(given, dict) and given.get("format") != FORMAT:
            raise SealingRefused("unknown_version")
        document = cls._from_form(given)
        document.check(tenant)
        return document

    def check(self, tenant: UUID) -> None:
        """Raises SealingRefused unless it is this organisation's, and whole."""
        if self.tenant != tenant:
            raise SealingRefused("other_organisation")
        if not is_signed(self.root, self.signature, "keys", *self._parts()):
            raise SealingRefused("false_document")
        self._check_successions()

    @classmethod
    def _from_form(cls, given: object) -> Self:
        values = forms.read_form(given, _FIELDS)
        values.pop("format")
        tenant = values["tenant"]
        values["helpers"] = tuple(HelperCertificate.from_form(form, tenant) for form in values["helpers"])
        return cls(**values)

    def _check_successions(self) -> None:
        """Each signed by its old key, one after the other, up to the key that counts now."""
        following = (*(succession.old for succession in self.successions[1:]), self.root)
        for succession, after in zip(self.successions, following, strict=False):
            succession.check(self.tenant)
            if succession.new != after:
                raise SealingRefused("false_succession")

    def _parts(self) -> tuple[Part, ...]:
        parts = (self.tenant, self.version, self.issued, self.root, self.previous)
        return (
            *parts,
            _list((s.old, s.new, s.at, s.signature) for s in self.successions),
            _list((h.id, h.name, h.role, h.key, h.begins, h.ends, h.signature) for h in self.helpers),
            _list((revocation.key, revocation.at) for revocation in self.revoked),
        )


def _list(rows: Iterable[tuple[Part, ...]]) -> bytes:
    return encode(*(encode(*row) for row in rows))


def _succession_form(succession: Succession) -> dict[str, Any]:
    keys = {"old": to_text(succession.old), "new": to_text(succession.new)}
    return {**keys, "at": succession.at, "signature": to_text(succession.signature)}


def _succession(form: object) -> Succession:
    return Succession(**forms.read_form(form, _SUCCESSION))


def _revocation(form: object) -> Revocation:
    return Revocation(**forms.read_form(form, {"key": forms.public_key, "at": forms.number}))


def _as_it_is(value: object) -> object:
    return value


_SUCCESSION: dict[str, forms.Reader] = {
    "old": forms.public_key,
    "new": forms.public_key,
    "at": forms.number,
    "signature": forms.signature,
}
_FIELDS: dict[str, forms.Reader] = {
    "format": forms.number,
    "tenant": forms.uuid,
    "version": forms.number,
    "issued": forms.number,
    "root": forms.public_key,
    "previous": forms.digest,
    "successions": forms.items(_succession),
    "helpers": forms.items(_as_it_is),
    "revoked": forms.items(_revocation),
    "signature": forms.signature,
}
