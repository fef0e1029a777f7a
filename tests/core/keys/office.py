"""An organisation with a key: a coordinator, helpers, lists signed with keys that the test holds."""

import json
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from core.crypto.sealing import (
    HelperCertificate,
    KeysDocument,
    Revocation,
    SealingKey,
    ShiftCertificate,
    SigningKey,
    Succession,
)
from core.identity.models import Staff
from core.keys.lists import PublicLists
from core.keys.schemas import Copy
from core.keys.services.identity import keep_identity
from core.keys.services.root import publish
from core.testing.clocks import FixedClock
from core.testing.database import Database
from core.testing.sessions import in_transaction

BLOB = b"\x01\x01" + bytes(200)


@dataclass
class Office:
    """What a coordinator's and helpers' pages do, without pages."""

    database: Database
    lists: PublicLists
    clock: FixedClock
    tenant: UUID
    root: SigningKey = field(default_factory=SigningKey.new)
    document: KeysDocument | None = None
    coordinator: UUID = field(default_factory=uuid4)

    @property
    def now(self) -> int:
        """In seconds."""
        return int(self.clock().timestamp())

    def do(self, work: Any) -> Any:
        """Runs `work(session)` in a transaction of its own."""
        return in_transaction(self.database.engine, self.tenant, work)

    def add(self, *roles: str) -> UUID:
        """A new colleague."""
        facts = {"name": uuid4().hex, "alias": "Noor", "password_hash": "-", "created_at": self.clock()}
        row = Staff(roles=frozenset(roles), **facts)
        self.do(lambda session: session.add(row))
        return row.id

    def enrol(self, staff_id: UUID, *, anew: bool = False) -> SigningKey:
        """A helper makes a key."""
        key = SigningKey.new()
        self.do(lambda session: keep_identity(session, staff_id, key.public, BLOB, self.clock(), anew=anew))
        return key

    def helper(self) -> tuple[UUID, SigningKey]:
        """A helper whose key stands in the list."""
        staff_id = self.add("helper")
        key = self.enrol(staff_id)
        self.sign({staff_id: key.public})
        return staff_id, key

    def certificate(self, staff_id: UUID, public: bytes, root: SigningKey | None = None) -> HelperCertificate:
        """What the organisation says of a helper's key."""
        ends = self.now + 365 * 24 * 3600
        return HelperCertificate(self.tenant, staff_id, "Noor", "helper", public, self.now, ends).signed(
            root or self.root
        )

    def next(self, **changes: Any) -> KeysDocument:
        """The list that follows on the last one, not signed yet."""
        if self.document is None:
            return KeysDocument(self.tenant, 1, self.now, self.root.public, **changes)
        follows = {"version": self.document.version + 1, "previous": self.document.digest, "issued": self.now}
        return replace(self.document, **{**follows, **changes})

    def sign(self, keys: dict[UUID, bytes]) -> KeysDocument:
        """Publishes a list with these helpers besides those that it had."""
        others = [helper for helper in self.document.helpers if helper.id not in keys] if self.document else []
        new = [self.certificate(staff_id, key) for staff_id, key in keys.items()]
        return self.publish(self.next(helpers=(*others, *new)).signed(self.root))

    def revoke(self, staff_id: UUID) -> KeysDocument:
        """Publishes a list without this helper, whose key is withdrawn."""
        assert self.document
        gone = next(helper for helper in self.document.helpers if helper.id == staff_id)
        helpers = tuple(helper for helper in self.document.helpers if helper.id != staff_id)
        revoked = (*self.document.revoked, Revocation(gone.key, self.now))
        return self.publish(self.next(helpers=helpers, revoked=revoked).signed(self.root))

    def renewed(self, new: SigningKey, *, vouched: bool) -> KeysDocument:
        """A list under a new key; `vouched`: the old one signed that."""
        assert self.document
        succession = Succession(self.root.public, new.public, self.now).signed(self.tenant, self.root)
        helpers = tuple(self.certificate(helper.id, helper.key, new) for helper in self.document.helpers)
        successions = (*self.document.successions, succession) if vouched else ()
        return self.next(root=new.public, helpers=helpers, successions=successions).signed(new)

    def publish(self, document: KeysDocument, copies: tuple[Copy, ...] | None = None) -> KeysDocument:
        """Hands a list in, as a coordinator's page does."""
        given = (Copy(None, BLOB),) if copies is None else copies
        by, text = self.coordinator, document.to_json()
        waiting = self.do(lambda session: publish(session, self.lists, text, given, by, self.clock()))
        if waiting is None:
            self.document = document
        return document

    def shift(self, staff_id: UUID, key: SigningKey, **changes: Any) -> str:
        """The certificate of a shift, in JSON."""
        facts: dict[str, Any] = {"tenant": self.tenant, "helper": staff_id, "id": uuid4()}
        keys = {"sealing": SealingKey.new().public, "signing": SigningKey.new().public}
        made = ShiftCertificate(**{**facts, **keys, "begins": self.now, "ends": self.now + 4 * 3600, **changes})
        return json.dumps(made.signed(key).to_form())
