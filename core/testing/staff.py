"""People of a running server without its doors: staff who are signed in already, tokens that no page gave."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

from sqlalchemy import Engine, select

from core.access.realtime_tokens import issue
from core.clock import utc_now
from core.crypto import KeyRing
from core.database.engine import make_engine
from core.identity.models import Staff
from core.identity.services.sessions import open_session
from core.tenancy.models import TenantRow
from core.tenancy.session import network_session, tenant_session
from core.testing.server import RunningServer

NO_PASSWORD = "no password opens this account"


def signed_in_staff(server: RunningServer, organisation: str, names: list[str], roles: frozenset[str]) -> list[str]:
    """Adds accounts to a running server's organisation and gives a session cookie for each, in the order of `names`.

    No password is made or checked, which would take a tenth of a second each.
    """
    now, keys = utc_now(), _keys(server)
    with _engine(server) as engine, tenant_session(engine, tenant_id(engine, organisation)) as session, session.begin():
        people = [Staff(name=n, alias=n, roles=roles, password_hash=NO_PASSWORD, created_at=now) for n in names]
        session.add_all(people)
        session.flush()
        return [open_session(session, keys, person, now)[1] for person in people]


def seeker_token(server: RunningServer, organisation: str) -> str:
    """A valid realtime token for a new help seeker, also where no page would give one."""
    with _engine(server) as engine:
        tenant = tenant_id(engine, organisation)
    return issue(_keys(server), utc_now, tenant, "seeker", uuid4().hex * 2, None)


def tenant_id(engine: Engine, organisation: str) -> UUID:
    """The id of an organisation."""
    with network_session(engine, "test", writes=False) as session, session.begin():
        return session.scalars(select(TenantRow.id).where(TenantRow.slug == organisation)).one()


def _keys(server: RunningServer) -> KeyRing:
    return KeyRing(server.home / "keys")


@contextmanager
def _engine(server: RunningServer) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{server.home / 'luwte.db'}")
    try:
        yield engine
    finally:
        engine.dispose()
