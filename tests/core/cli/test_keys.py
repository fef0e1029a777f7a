"""`luwte keys`: a new root key for all organisations, everything sealed before still opens, and the old one goes."""

import os
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.audit.record import OPERATOR
from core.cli.backup import backup
from core.cli.keys import keys
from core.configuration import Configuration
from core.crypto import KeyRing
from core.crypto.at_rest import ROOT, wrapped_under
from core.installation import Installation
from core.tenancy.models import SealingKey
from core.tenancy.sealing import open_sealed, seal
from core.tenancy.session import tenant_session
from core.testing.clocks import FixedClock
from core.testing.organisations import TwoTenants
from core.worker.worker import Worker
from tests.core.cli.context import TestContext

PLACE = ("setting", "tea", "key")


class Ring:
    """An installation whose two organisations have sealed something."""

    def __init__(self, configuration: Configuration, tenants: TwoTenants, clock: FixedClock) -> None:
        self.context, self.clock = TestContext(configuration), clock
        self.house: Installation = self.context.installation()
        object.__setattr__(self.house, "clock", clock)
        self.tenants, self.blobs = (tenants.a, tenants.b), {}
        for tenant in self.tenants:
            with tenant_session(self.house.engine, tenant.id) as session, session.begin():
                self.blobs[tenant.id] = seal(session, self.house.keys, b"wilg", *PLACE)

    def run(self, *arguments: str) -> str:
        result = CliRunner().invoke(keys, arguments, obj=self.context, catch_exceptions=False)
        return result.output

    def roots(self) -> list[int]:
        return KeyRing(self.house.configuration.home / "keys").numbers(ROOT)

    def opens(self, number: int) -> bool:
        """Whether everything still opens, under this root key, for a process that starts now."""
        ring = KeyRing(self.house.configuration.home / "keys")
        opened = []
        for tenant_id, blob in self.blobs.items():
            with tenant_session(self.house.engine, tenant_id) as session, session.begin():
                assert wrapped_under(session.scalars(select(SealingKey.wrapped)).one()) == number
                opened.append(open_sealed(session, ring, blob, *PLACE))
        return opened == [b"wilg", b"wilg"]

    def deeds(self, tenant: int) -> list[tuple[str, str | None]]:
        with tenant_session(self.house.engine, self.tenants[tenant].id, writes=False) as session, session.begin():
            rows = session.scalars(select(AuditRecord).where(AuditRecord.staff_id == OPERATOR)).all()
            return sorted((row.action, row.subject) for row in rows)


@pytest.fixture
def ring(configuration: Configuration, tenants: TwoTenants, clock: FixedClock) -> Iterator[Ring]:
    made = Ring(configuration, tenants, clock)
    yield made
    made.context.close()


def test_every_organisations_key_is_wrapped_anew_and_the_old_root_is_gone(ring: Ring) -> None:
    output = ring.run("rotate")
    assert output.startswith("Root key 2 now wraps 2 keys.")
    assert "The old root key is gone" in output
    assert ring.roots() == [2]
    assert ring.opens(2)
    for tenant in (0, 1):
        assert ring.deeds(tenant) == [("keys.old_root_dropped", "root_key:2"), ("keys.root_changed", "root_key:2")]
    assert ring.run("drop-old") == "There is no old root key.\n"


def test_while_backups_need_it_the_old_root_stays_and_then_the_worker_drops_it(ring: Ring) -> None:
    CliRunner().invoke(backup, [], obj=ring.context, catch_exceptions=False)
    ring.clock.advance(days=1)
    assert "The old one stays as long as backups need it" in ring.run("rotate")
    changed = ring.house.configuration.home / "keys" / f"{ROOT}-2.key"
    os.utime(changed, (ring.clock().timestamp(), ring.clock().timestamp()))
    worker = Worker(ring.house)
    ring.clock.advance(days=28, hours=23)
    worker.round()
    assert ring.roots() == [1, 2]
    ring.clock.advance(hours=2)
    worker.round()
    assert ring.roots() == [2]
    assert ring.opens(2)


def test_a_key_that_leaked_goes_at_once(ring: Ring) -> None:
    CliRunner().invoke(backup, [], obj=ring.context, catch_exceptions=False)
    assert "The old root key is gone" in ring.run("rotate", "--now")
    assert ring.roots() == [2]
    assert ring.opens(2)


def test_what_was_wrapped_in_between_is_not_lost(ring: Ring) -> None:
    CliRunner().invoke(backup, [], obj=ring.context, catch_exceptions=False)
    with tenant_session(ring.house.engine, ring.tenants[0].id, writes=False) as session, session.begin():
        before = session.scalars(select(SealingKey)).one()
        late = SealingKey(id=before.id, wrapped=before.wrapped)
    ring.run("rotate")
    with tenant_session(ring.house.engine, ring.tenants[0].id) as session, session.begin():
        session.scalars(select(SealingKey)).one().wrapped = late.wrapped
    ring.run("drop-old")
    assert ring.roots() == [2]
    assert ring.opens(2)
