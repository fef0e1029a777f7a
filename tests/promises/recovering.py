"""Who has every file of an installation and all its current keys, and tries to read what was forgotten."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from sqlalchemy import select

from core.crypto import NotOpened, RootKeys, TenantKey
from core.crypto.at_rest import _number
from core.tenancy.models import SealingKey
from core.tenancy.session import tenant_session
from core.testing.leftovers import Leftovers

SIZE = 200
"""Bytes that are opened behind each place that looks like something sealed: more than any canary here needs."""


@dataclass
class Thief:
    """Remembers every wrapped key that there ever was, and takes what the key ring holds at the moment."""

    look: Leftovers
    wrapped: set[tuple[UUID, bytes]] = field(default_factory=set)

    def found(self, canary: bytes) -> list[str]:
        """Where a canary can be read: as it is, or with whatever keys there are."""
        self._take_wrapped()
        return self._found(canary, [*self.look.files(), *self.look.backups()])

    def found_in_backups(self, canary: bytes) -> list[str]:
        """The same for somebody who has backups and the key ring, and not the database of today."""
        self.wrapped = {(UUID(row[1]), base64.b64decode(row[2])) for row in self.look.rows("sealing_key")}
        return self._found(canary, [*self.look.backups()])

    def _found(self, canary: bytes, places: list[tuple[str, bytes]]) -> list[str]:
        keys = {key.sealing_id: key for key in self._tenant_keys()}
        return [name for name, content in places if canary in content or self._opens(content, keys, canary)]

    def _opens(self, content: bytes, keys: dict[UUID, TenantKey], canary: bytes) -> bool:
        return any(canary in opened for key in keys.values() for opened in self._opened(content, key))

    def _opened(self, content: bytes, key: TenantKey) -> Iterator[bytes]:
        """Everything behind this key's mark, without asking whether its end is right: a piece is enough."""
        mark = key.sealing_id.bytes
        at = content.find(mark)
        while at > 0:
            if content[at - 1] == 1:
                yield _decrypted(key._key, content[at + 16 : at + 16 + SIZE])
            if content[at - 1] == 2:
                number, sealed = content[at + 16 : at + 20], content[at + 20 : at + 20 + SIZE]
                for purpose, day, day_key in self._days(key.sealing_id):
                    if _number(day) == number:
                        place = (b"day", mark, purpose.encode(), number)
                        yield _decrypted(key._with_day(day_key, place), sealed)
            at = content.find(mark, at + 1)

    def _days(self, owner: UUID) -> Iterator[tuple[str, date, bytes]]:
        ring = self.look.installation.keys.folder / "epochs" / owner.hex
        for path in ring.glob("*/*.key"):
            yield path.parent.name, date.fromisoformat(path.stem), path.read_bytes()

    def _tenant_keys(self) -> Iterator[TenantKey]:
        roots = RootKeys(type(self.look.installation.keys)(self.look.installation.keys.folder))
        for sealing_id, wrapped in self.wrapped:
            try:
                yield roots.unwrap(sealing_id, wrapped)
            except NotOpened:  # its root key is gone
                continue

    def _take_wrapped(self) -> None:
        house = self.look.installation
        for tenant in house.directory.all():
            with tenant_session(house.engine, tenant.id, writes=False) as session, session.begin():
                self.wrapped |= {(row.id, bytes(row.wrapped)) for row in session.scalars(select(SealingKey))}


def _decrypted(key: bytes, sealed: bytes) -> bytes:
    """AES-GCM without its tag: the counter begins at 2 behind the nonce."""
    nonce, content = sealed[:12], sealed[12:]
    if len(nonce) < 12:
        return b""
    decryptor = Cipher(AES(key), CTR(nonce + (2).to_bytes(4, "big"))).decryptor()
    return decryptor.update(content) + decryptor.finalize()
