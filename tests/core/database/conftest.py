"""Two organisations with an owner and two pets each, and names that tell whose a row is."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import Engine

from core.tenancy.session import tenant_session
from core.testing.database import Database
from core.testing.example_models import ExampleOwner, ExamplePet
from core.testing.organisations import TwoTenants


@dataclass(frozen=True)
class Zoo:
    """The ids of both organisations and of their rows."""

    engine: Engine
    a: UUID
    b: UUID
    owners: dict[UUID, UUID]
    pets: dict[UUID, list[UUID]]


@pytest.fixture
def zoo(database: Database, tenants: TwoTenants) -> Zoo:
    owners, pets = {}, {}
    for tenant in (tenants.a, tenants.b):
        with tenant_session(database.engine, tenant.id) as session, session.begin():
            owner = ExampleOwner(name=f"owner of {tenant.slug}")
            animals = [ExamplePet(name=f"{kind} of {tenant.slug}", owner=owner) for kind in ("cat", "dog")]
            session.add_all([owner, *animals])
        owners[tenant.id], pets[tenant.id] = owner.id, sorted(pet.id for pet in animals)
    return Zoo(database.engine, tenants.a.id, tenants.b.id, owners, pets)
