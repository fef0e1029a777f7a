"""`luwte keys rotate`: a new root key for all organisations, and everything sealed before still opens."""

from click.testing import CliRunner
from sqlalchemy import select

from core.cli.keys import keys
from core.configuration import Configuration
from core.crypto.at_rest import wrapped_under
from core.tenancy.models import SealingKey
from core.tenancy.sealing import open_sealed, seal
from core.tenancy.session import tenant_session
from core.testing.organisations import TwoTenants
from tests.core.cli.context import TestContext


def test_every_organisations_key_is_wrapped_anew(configuration: Configuration, tenants: TwoTenants) -> None:
    context = TestContext(configuration)
    house = context.installation()
    blobs = {}
    for tenant in (tenants.a, tenants.b):
        with tenant_session(house.engine, tenant.id) as session, session.begin():
            blobs[tenant.id] = seal(session, house.keys, b"wilg", "setting", "tea", "key")
    result = CliRunner().invoke(keys, ["rotate"], obj=context, catch_exceptions=False)
    assert result.output.startswith("Root key 2 now wraps 2 keys.")
    for tenant_id, blob in blobs.items():
        with tenant_session(house.engine, tenant_id) as session, session.begin():
            assert wrapped_under(session.scalars(select(SealingKey.wrapped)).one()) == 2
            assert open_sealed(session, house.keys, blob, "setting", "tea", "key") == b"wilg"
    context.close()
